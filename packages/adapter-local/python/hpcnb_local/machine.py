"""This machine, by more than its name."""

import os

from hpcnb_local.files import first_line

# One for each start of the kernel: proc_sys_kernel(5).
BOOT = first_line("/proc/sys/kernel/random/boot_id")


HOST = os.uname().nodename


# Where a job is started, by more than a name, which a laptop may get from each network and a
# container with each start.
ORIGIN = {
    "host": HOST,
    "boot": BOOT,
    # One for each installed system: machine-id(5).
    "machine": first_line("/etc/machine-id"),
}


def origin_of(spec):
    """Where a job was started: "here", here "before" the machine's last start, or "elsewhere"."""
    boot, machine = spec.get("boot"), spec.get("machine")
    if boot is not None and boot == ORIGIN["boot"]:
        return "here"
    if (
        boot is not None
        and ORIGIN["boot"] is not None
        and machine is not None
        and machine == ORIGIN["machine"]
    ):
        return "before"
    return "here" if spec["host"] == HOST else "elsewhere"

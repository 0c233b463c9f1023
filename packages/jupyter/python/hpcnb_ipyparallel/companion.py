"""What the notebook job does for clusters, beside its server."""

import os
import threading

from hpcnb_ipyparallel import controller, notebook_pulse, offer_clusters
from hpcnb_ipyparallel.follow import ClusterFollower
from hpcnb_launch import failure, job
from hpcnb_launch.failure import HOST
from hpcnb_launch.report import Report


class Companion:
    """
    Made when the job begins, before it has threads: where the run's controller is to be in this
    job, it is started then. `pulse` is to be told the job's end, too.
    """

    def __init__(self, parameters):
        self.parameters = parameters
        if parameters["controller"]:
            start_controller_process(parameters["controller"])
        self.pulse = Report(parameters["pulseRecord"], parameters["run"])

    def offer(self, security):
        """
        Before the server is made. `security` is the directory where clients look for connection
        files.
        """
        offer_clusters.offer(security, self.parameters)
        start_thread(notebook_pulse.beat, self.pulse)

    def follow(self, security, tell):
        """When the server is there. `tell` publishes facts in the notebook's record."""
        if self.parameters["cluster"]:
            follower = ClusterFollower(
                self.parameters,
                security,
                lambda generation, problem: tell(
                    unreachableCluster=generation, unreachableBecause=problem
                ),
            )
            start_thread(follower.run)


def start_thread(work, *arguments):
    threading.Thread(target=work, args=arguments, daemon=True).start()


def start_controller_process(parameters):
    """
    The controller inside this job, as a child that ends with it. It tells by its own record how it
    is.
    """
    child = os.fork()
    if child == 0:
        job.die_with_parent()
        controller.run(parameters, has_own_log=False)

    def tell_its_end():
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code < 0:
            report = Report(parameters["record"], parameters["run"])
            report.keep_trying(
                "failed",
                problem=(
                    f"The controller in the notebook job on {HOST} was ended "
                    f"{failure.how_it_ended(code)}."
                ),
            )

    threading.Thread(target=tell_its_end, daemon=True).start()

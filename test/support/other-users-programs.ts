/** Python programs and cells that a neighbour tries. */

export const makeKeys = `
import json, uuid, zmq
public, secret = (key.decode() for key in zmq.curve_keypair())
server = zmq.curve_keypair()[0].decode()
print(json.dumps({"key": str(uuid.uuid4()), "curve_publickey": public, "curve_secretkey": secret, "curve_serverkey": server}))
`;

/** A client's first question to the controller, as ipyparallel asks it. */
export const connect = `
import json, os, sys, tempfile, ipyparallel
asked = json.load(sys.stdin)
info = {"key": "guessed", **asked["info"]}
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "client.json")
    with open(path, "w") as file:
        json.dump(info, file)
    try:
        print("engines:", ipyparallel.Client(path, timeout=asked["seconds"]).ids)
    except TimeoutError:
        print("no answer")
`;

export const describeKernel = `
import ipykernel.connect, json, os
info = ipykernel.connect.get_connection_info(unpack=True)
info["key"] = info["key"].decode() if isinstance(info["key"], bytes) else info["key"]
print(json.dumps({"info": info, "pid": os.getpid(), "inlet": get_ipython().kernel.iopub_thread._pipe_port}))
`;

/** Two files say when there is something to hear, and when the neighbour has listened. */
export const speakUntilBobHasListened = `
import os, time
open("/tmp/alice-speaks", "w").close()
end = time.monotonic() + 60
while not os.path.exists("/tmp/bob-has-listened") and time.monotonic() < end:
    print("for alice alone", flush=True)
    time.sleep(0.05)
os.unlink("/tmp/alice-speaks")
`;

/** Subscribes to all that the ports say, as a front end does, for 3 s. */
export const listen = `
import json, os, sys, time, zmq
end = time.monotonic() + 60
while not os.path.exists("/tmp/alice-speaks") and time.monotonic() < end:
    time.sleep(0.02)
assert os.path.exists("/tmp/alice-speaks")
ear = zmq.Context().socket(zmq.SUB)
ear.linger = 0
ear.subscribe(b"")
for port in json.load(sys.stdin):
    ear.connect(f"tcp://127.0.0.1:{port}")
heard, end = 0, time.monotonic() + 3
while ear.poll(max(0, end - time.monotonic()) * 1000):
    ear.recv_multipart()
    heard += 1
open("/tmp/bob-has-listened", "w").close()
print("heard", heard)
`;

/** A front end's first question to a kernel, as Jupyter asks it. */
export const askKernel = `
import json, queue, sys, jupyter_client
asked = json.load(sys.stdin)
client = jupyter_client.BlockingKernelClient()
client.load_connection_info(asked["info"])
client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)
try:
    client.kernel_info(reply=True, timeout=asked["seconds"])
    print("answer")
except (TimeoutError, queue.Empty):
    print("no answer")
`;

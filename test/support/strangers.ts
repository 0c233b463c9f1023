/**
 * Holds so many connections open that say nothing, and opens others for those that are closed,
 * until there is a file `done`. Makes a file `begun` when all are open. Prints how many it has
 * opened.
 */
export const floodPort = `
import json, os, resource, select, socket, sys, time
asked = json.load(sys.stdin)
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
poll, held, opened = select.poll(), {}, 0
end = time.monotonic() + 100
while not os.path.exists(asked["done"]) and time.monotonic() < end:
    while len(held) < asked["count"]:
        stream = socket.create_connection((asked["host"], asked["port"]), timeout=30)
        held[stream.fileno()] = stream
        poll.register(stream, select.POLLIN)
        opened += 1
        if opened == asked["count"]:
            open(asked["begun"], "w").close()
        if opened > asked["count"] and opened % 100 == 0:
            break
    for number, _event in poll.poll(10):
        poll.unregister(number)
        held.pop(number).close()
    time.sleep(0.01)
print(opened)
`;

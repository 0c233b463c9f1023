/** Python programs of a neighbour who finds a port that speaks TLS. */

/** Tries what a stranger can, and says in one JSON object what came of each. */
export const tryStrangers = `
import json, socket, ssl, sys, tempfile
asked = json.load(sys.stdin)
place = (asked["host"], asked["port"])

def connected():
    return socket.create_connection(place, timeout=30)

def all_of(stream):
    said = b""
    try:
        while data := stream.recv(65536):
            said += data
    except OSError:
        pass
    return said

def by_tls(keys=None, newest=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if newest:
        context.maximum_version = newest
    if keys:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(keys["key"] + keys["certificate"])
            file.flush()
            context.load_cert_chain(file.name)
    try:
        with context.wrap_socket(connected()) as stream:
            stream.sendall(b"GET /api HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n")
            said = all_of(stream)
    except (ssl.SSLError, ConnectionError):
        said = b""
    return "refused" if said == b"" else repr(said)

def plainly():
    with connected() as stream:
        stream.sendall(b"GET /api HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n")
        said = all_of(stream)
    return "nothing of HTTP" if b"HTTP" not in said and b"upyter" not in said else repr(said)

connected().close()
print(json.dumps({
    "port": "open",
    "plain": plainly(),
    "without a certificate": by_tls(),
    "with a certificate of another run": by_tls(asked["other"]),
    "by TLS 1.2": by_tls(newest=ssl.TLSVersion.TLSv1_2),
}))
`;

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

/**
 * Python for a stranger at the port that a keeper holds on the submit node: what it hears there for
 * some beginnings, and whether the keeper takes it for the notebook job when it has the keys of
 * another run. Standard input: {host, port, other}.
 */
export const tryDialling = `
import json, socket, ssl, sys, tempfile

asked = json.load(sys.stdin)


def connect():
    return socket.create_connection((asked["host"], asked["port"]), timeout=60)


def heard_for(text):
    heard = b""
    with connect() as stranger:
        stranger.sendall(text)
        try:
            for data in iter(lambda: stranger.recv(65536), b""):
                heard += data
        except ConnectionResetError:
            pass
    return "a TLS greeting" if heard[:1] == b"\\x16" else heard.decode("latin1")


def as_job():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(asked["other"]["key"] + asked["other"]["certificate"])
        file.flush()
        context.load_cert_chain(file.name)
    with connect() as stranger:
        stranger.sendall(b"\\n")
        try:
            with context.wrap_socket(stranger, server_side=True) as secured:
                secured.sendall(b"\\n")
                return "taken" if secured.recv(1) else "refused"
        except OSError:
            return "refused"


print(json.dumps({
    "nothing": heard_for(b""),
    "HTTP": heard_for(b"GET / HTTP/1.0\\r\\n\\r\\n"),
    "TLS": heard_for(b"\\x16\\x03\\x01\\x00\\x05hello"),
    "the job's greeting": heard_for(b"\\n"),
    "as the job of another run": as_job(),
}))
`;

/** The private directories of listeners that are left on a host. */
export const findListeners = "ls -d /tmp/hpcnb-listener-* /run/user/*/hpcnb-listener-* 2>/dev/null || true";

import {
  type AwaitedNews,
  type CommandResult,
  describeResult,
  type FileToWrite,
  type Host,
  HpcnbError,
} from "@hpcnb/core";
import { cannotWrite } from "../cannot-write.js";

/** Whatever a file system takes, and however slow it is. Milliseconds. */
const fileTimeout = 120_000;

/** Seconds between two looks at files for which news is awaited. */
const firstPause = 0.05;
const longestPause = 0.25;

/** Python 3.4 or later. Paths and texts come as JSON on standard input; paths are UTF-8, whatever the locale is there. */
const readProgram = `
import json, sys, time
def read(path):
    try:
        with open(path.encode("utf-8"), "rb") as file:
            return {"text": file.read().decode("utf-8", "replace")}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        return {"error": error.strerror}
paths, known, limit = json.loads(sys.stdin.buffer.read().decode("utf-8"))
end, pause = time.monotonic() + limit, ${firstPause}
while True:
    files = [read(path) for path in paths]
    left = end - time.monotonic()
    if left <= 0 or [file.get("text") for file in files] != known:
        break
    time.sleep(min(pause, left))
    pause = min(pause * 1.2, ${longestPause})
print(json.dumps(files))
`;

const writeProgram = `
import json, os, socket, sys
def make(directory):
    if directory and not os.path.isdir(directory):
        make(os.path.dirname(directory))
        try:
            os.mkdir(directory, 0o700)
        except FileExistsError:
            if not os.path.isdir(directory):
                raise
def overwrite(path, text):
    try:
        file = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return False
    with os.fdopen(file, "wb") as out:
        if os.fstat(out.fileno()).st_size != len(text):
            return False
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return True
def write(number, path, text, mode, in_place):
    make(os.path.dirname(path))
    if in_place and overwrite(path, text):
        return
    new = path + (".%s-%d-%d.new" % (socket.gethostname(), os.getpid(), number)).encode()
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as out:
            os.fchmod(out.fileno(), mode)
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.rename(new, path)
    except BaseException:
        os.unlink(new)
        raise
for number, (path, text, mode, in_place) in enumerate(json.loads(sys.stdin.buffer.read().decode("utf-8"))):
    try:
        write(number, path.encode("utf-8"), text.encode("utf-8", "replace"), mode, in_place)
    except OSError as error:
        print(json.dumps({"path": path, "error": error.strerror}))
        break
else:
    print("{}")
`;

type Run = Host["run"];

/** See `Host.readFiles`. */
export async function readFilesThrough(
  run: Run,
  paths: readonly string[],
  signal?: AbortSignal,
  { known, limit }: AwaitedNews = { known: [], limit: 0 },
): Promise<(string | undefined)[]> {
  if (paths.length === 0) return [];
  const request = [paths, known.map((text) => text ?? null), limit / 1000];
  const answers = await askPython<{ text?: string; error?: string }[]>(run, readProgram, request, signal);
  return answers.map(({ text, error }, index) => {
    if (error !== undefined) throw new HpcnbError("HPCNB_COMMAND_FAILED", `${paths[index]} cannot be read: ${error}.`);
    return text;
  });
}

/** See `Host.writeFiles`. */
export async function writeFilesThrough(run: Run, files: readonly FileToWrite[], signal?: AbortSignal): Promise<void> {
  if (files.length === 0) return;
  const request = files.map(({ path, text, mode = 0o600, inPlace = false }) => [path, text, mode, inPlace]);
  const { path, error } = await askPython<{ path?: string; error?: string }>(run, writeProgram, request, signal);
  if (error !== undefined) throw cannotWrite(path, error);
}

async function askPython<Answer>(run: Run, program: string, request: unknown, signal?: AbortSignal): Promise<Answer> {
  const result = await run(pythonArgv(program), { stdin: JSON.stringify(request), timeout: fileTimeout, signal });
  // Only the program's own words: describeResult would print all of it.
  if (result.exitCode !== 0) throw pythonFailed(result);
  return JSON.parse(result.stdout) as Answer;
}

/** -I -S: nothing of the user's own Python may change what the program does. */
export function pythonArgv(program: string, ...args: string[]): string[] {
  return ["python3", "-I", "-S", "-c", program, ...args];
}

function pythonFailed(result: CommandResult): HpcnbError {
  const about = describeResult({ ...result, argv: ["python3"] });
  return new HpcnbError("HPCNB_COMMAND_FAILED", `Files cannot be read or written there: ${about}`, {
    hint: "hpcnb needs python3 (3.4 or later) on the submit node.",
  });
}

import type { Testbed } from "@hpcnb/testbed";
import { expect } from "chai";

/**
 * The paths below some places that `user` can read on a host and that have one of the words in
 * them.
 */
export async function filesWith(
  testbed: Testbed,
  { host, user, places }: { readonly host: string; readonly user: string; readonly places: readonly string[] },
  words: readonly string[],
): Promise<string[]> {
  const argv = ["python3", "-c", program];
  const { exitCode, stdout, stderr } = await testbed.exec(host, user, argv, {
    stdin: JSON.stringify({ places, words }),
  });
  expect(exitCode, stderr).to.equal(0);
  return JSON.parse(stdout);
}

/** The Python environment is everybody's. */
const program = `
import json, os, stat, sys
asked = json.load(sys.stdin)
words = [word.encode() for word in asked["words"]]
found = []
for place in asked["places"]:
    for directory, names, files in os.walk(place):
        names[:] = [name for name in names if os.path.join(directory, name) != "/home/shared"]
        for path in [os.path.join(directory, name) for name in files]:
            try:
                if not stat.S_ISREG(os.lstat(path).st_mode):
                    continue
                with open(path, "rb") as file:
                    content = file.read()
            except OSError:
                continue
            if any(word in content for word in words):
                found.append(path)
print(json.dumps(found))
`;

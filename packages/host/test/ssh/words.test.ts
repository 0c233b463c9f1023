import { execFileSync, spawnSync } from "node:child_process";
import { expect } from "chai";
import { hasProgram } from "../../../../test/support/has-program.js";
import {
  checkAlias,
  checkNode,
  clientOptions,
  configArguments,
  destinationArguments,
  forwardArgument,
  masterOptions,
  proxyCommand,
  sshCommand,
} from "../../src/ssh/arguments.js";
import { parseSshConfig } from "../../src/ssh/config.js";
import { controlPathIn } from "../../src/ssh/control-socket.js";
import { sshFailure } from "../../src/ssh/failure.js";
import { bootstrap, readRemoteOutput, remoteCommand } from "../../src/ssh/remote-command.js";
import { hostile } from "./hostile-words.js";

const plain = parseSshConfig(
  "hostname login.example.org\nuser alice\nport 22\nconnecttimeout none\nserveraliveinterval 0\n",
);

describe("remoteCommand", () => {
  const nasty = [
    "!!",
    "a!b",
    "$HOME",
    "`id`",
    "'",
    "''",
    '"',
    "\\",
    "\\'",
    "a\nb\n",
    "\n",
    "",
    "é漢",
    "%s",
    "-n",
    "*",
    "^x",
    "{a,b}",
  ];

  for (const shell of ["sh", "bash", "tcsh", "csh", "fish", "zsh", "ksh", "busybox sh"]) {
    it(`comes through unharmed where the login shell is ${shell}`, function () {
      const [program = "", ...args] = shell.split(" ");
      if (!hasProgram(program)) return this.skip();
      const { line, marker } = remoteCommand(["printf", "<%s>", ...nasty], "/", "hpcnb-mark");
      const stdout = execFileSync(program, [...args, "-c", bootstrap], {
        input: line,
        encoding: "utf8",
        stdio: ["pipe", "pipe", "pipe"],
      });
      const output = readRemoteOutput({ stdout, stderr: "" }, marker);
      expect(output.stdout).to.equal(nasty.map((word) => `<${word}>`).join(""));
    });
  }

  it("is not taken for what a start-up file that reads its input has left of it", () => {
    const { line } = remoteCommand(["cat"]);
    const input = "echo evaluated\n";
    const read = `read -r taken; ${bootstrap}`;
    const { status, stdout } = spawnSync("sh", ["-c", read], { input: line + input, encoding: "utf8" });
    expect({ status, stdout }).to.deep.equal({ status: 120, stdout: "" });
  });

  it("is one line, whatever the words are", () => {
    expect(remoteCommand(nasty, "a\nb").line.trimEnd()).not.to.include("\n");
  });
});

describe("readRemoteOutput", () => {
  const mark = "hpcnb-mark";

  it("takes away what was printed before and after the command", () => {
    const output = readRemoteOutput(
      {
        stdout: `Welcome\n${mark} 77\nthe answer`,
        stderr: `Banner\n${mark}\nwarning: ${mark}\n${mark} end 3\nShared connection closed.\n`,
      },
      mark,
    );
    expect(output).to.deep.include({
      stdout: "the answer",
      stderr: `warning: ${mark}\n`,
      processGroup: 77,
      outcome: { kind: "ended", status: 3 },
    });
    expect(output.around).to.include("Banner").and.to.include("Shared connection closed.");
  });

  it("tells a command that was never started from one whose end is not known", () => {
    const never = readRemoteOutput({ stdout: "This account is not available.\n", stderr: "" }, mark);
    expect(never).to.include({ processGroup: undefined, outcome: undefined, stdout: "" });
    expect(never.around).to.include("not available");
    const cut = readRemoteOutput({ stdout: `${mark} 5\nhalf`, stderr: `${mark}\nBroken pipe\n` }, mark);
    expect(cut).to.include({ processGroup: 5, outcome: undefined, stdout: "half" });
  });

  it("tells what could not be started, and where it was looked for", () => {
    const missing = readRemoteOutput(
      { stdout: `${mark} 5\n`, stderr: `${mark}\n${mark} no-program /bin:/usr/bin\n` },
      mark,
    );
    expect(missing.outcome).to.deep.equal({ kind: "no-program", path: "/bin:/usr/bin" });
  });
});

describe("ssh arguments", () => {
  it("never touch host key checking, and ask nothing in the background", () => {
    const all = [
      ...clientOptions(plain, { controlPath: "/run/x", mayAsk: false }),
      ...masterOptions(plain, { controlPath: "/run/x", mayAsk: false }),
    ];
    expect(all.join(" ")).not.to.match(/StrictHostKeyChecking|KnownHosts/i);
    expect(all).to.include("BatchMode=yes");
    expect(masterOptions(plain, { controlPath: "/run/x", mayAsk: true })).not.to.include("BatchMode=yes");
  });

  it("leave alone what the user has decided", () => {
    const decided = parseSshConfig("hostname h\nconnecttimeout 5\nserveraliveinterval 60\nremotecommand none\n");
    const text = masterOptions(decided, { controlPath: "/run/x", mayAsk: true }).join(" ");
    expect(text).not.to.match(/ConnectTimeout|ServerAlive|RemoteCommand/);
    expect(masterOptions(plain, { controlPath: "/x", mayAsk: true }).join(" ")).to.match(
      /ConnectTimeout=30.*ServerAliveInterval=15/,
    );
  });

  it("quote what ssh and the shell would take apart", () => {
    expect(forwardArgument("/run/a:b", { path: "/tmp/c\\d:e" })).to.equal("/run/a\\:b:/tmp/c\\\\d\\:e");
    expect(forwardArgument("/s", { host: "::1", port: 8 })).to.equal("/s:[::1]:8");
    expect(proxyCommand(["-S", "/run/a b%", "--", "login"])).to.equal("ssh -S '/run/a b%%' -W '[%h]:%p' -- login");
  });

  it("have a place for the shared connection's socket, or none where it would be too long", () => {
    const at = (directory: string) => controlPathIn({ alias: "login", controlDirectory: directory });
    expect(at("/run/user/1000/hpcnb")).to.match(/^\/run\/user\/1000\/hpcnb\/ssh-[0-9a-f]{16}$/);
    expect(at(`/${"x".repeat(64)}`)).to.be.a("string");
    expect(at(`/${"x".repeat(65)}`)).to.equal(undefined);
  });
});

describe("parseSshConfig", () => {
  it("takes what hpcnb needs from the answer of ssh -G", () => {
    const text =
      "user bob\nhostname h.example.org\nport 2222\nproxyjump gate\ncontrolpath /run/mine\nremotecommand ls -l\nidentityfile ~/.ssh/a\nidentityfile ~/.ssh/b\n";
    expect(parseSshConfig(text)).to.deep.equal({
      user: "bob",
      hostname: "h.example.org",
      port: "2222",
      proxyJump: "gate",
      controlPath: "/run/mine",
      undone: ["RemoteCommand=none"],
      hasConnectTimeout: false,
      hasServerAlive: false,
    });
  });

  it("undoes what would keep ssh from running a command, and nothing that is at its default", () => {
    const { undone } = parseSshConfig("stdinnull yes\nsessiontype none\n");
    expect(undone).to.deep.equal(["StdinNull=no", "SessionType=default"]);
    const usual = parseSshConfig("stdinnull no\nsessiontype default\nremotecommand none\n");
    expect(usual.undone).to.deep.equal([]);
  });

  it("knows what is not set, and does not guess a path that is not worked out", () => {
    expect(parseSshConfig("hostname h\ncontrolpath none\nproxyjump none\n")).to.include({
      controlPath: undefined,
      proxyJump: undefined,
    });
    expect(parseSshConfig("controlpath /run/%C\n").controlPath).to.equal(undefined);
  });
});

describe("sshFailure", () => {
  const cases: [said: string, message: RegExp, hint: RegExp, transient: boolean][] = [
    [
      "ssh: Could not resolve hostname 127.0.0.1:9: Name or service not known",
      /127\.0\.0\.1:9 is no host's name: it has a port in it/,
      /`HostName 127\.0\.0\.1`, `Port 9`/,
      false,
    ],
    [
      "ssh: Could not resolve hostname fe80::1:2: Name or service not known",
      /no host fe80::1:2 .*\(on the way to login\)/,
      /VPN/,
      true,
    ],
    [
      "ssh: Could not resolve hostname nono: Name or service not known",
      /no host nono .*\(on the way to login\)/,
      /VPN/,
      true,
    ],
    [
      "ssh: connect to host a.example.org port 22: Connection refused",
      /a\.example\.org refuses .* port 22/,
      /server/,
      true,
    ],
    [
      "ssh: connect to host a port 22: Connection timed out",
      /a, port 22, cannot be reached .*: Connection timed out\./,
      /VPN/,
      true,
    ],
    ["ssh: connect to host a port 22: No route to host", /cannot be reached .*No route/, /network/, true],
    [
      "alice@a: Permission denied (publickey,password).",
      /alice@a is not let in .*publickey, password/,
      /ssh login/,
      false,
    ],
    ["Host key verification failed.", /host key of login.* not known yet/, /ssh login/, false],
    [
      "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
      /is not the one/,
      /ssh-keygen -R/,
      false,
    ],
    [
      "channel 0: open failed: administratively prohibited: open failed\nstdio forwarding failed",
      /does not forward/,
      /AllowTcpForwarding/,
      false,
    ],
    [
      "channel 0: open failed: connect failed: No route to host\nstdio forwarding failed",
      /cannot reach login: No route/,
      /name/,
      false,
    ],
    ["Received disconnect from 1.2.3.4: Too many authentication failures", /too many keys/, /IdentitiesOnly/, false],
    [
      "Unable to negotiate with 1.2.3.4: no matching host key type found. Their offer: ssh-rsa",
      /no host key type in common/,
      /old/,
      false,
    ],
    ["/home/a/.ssh/config: line 3: Bad configuration option: foo", /configuration: .*foo/, /Mend/, false],
    ["kex_exchange_identification: read: Connection reset by peer", /broke: kex_exchange/, /Try again/, true],
    ["Timeout, server login not responding.", /broke: Timeout/, /network/, true],
    [
      "Connection timed out during banner exchange\nConnection to UNKNOWN port 65535 timed out",
      /login gave no answer/,
      /firewall/,
      true,
    ],
    [
      "mux_client_request_session: session request failed: Session open refused by peer\na@b: Permission denied (publickey).",
      /allows one command for each login \(MaxSessions 1\)/,
      /more sessions/,
      false,
    ],
    [
      "ssh: error while loading shared libraries: libcrypto.so.3: cannot open shared object file",
      /does not start/,
      /LD_LIBRARY_PATH/,
      false,
    ],
    ["OpenSSL version mismatch. Built against 30000020, you have 30200010", /does not start/, /conda/, false],
    ["Cannot fork into background without a command to execute.", /ForkAfterAuthentication/, /Host entry/, false],
    ["something new", /failed:\nsomething new/, /ssh login/, false],
    ["", /said nothing/, /ssh login/, false],
  ];

  for (const [said, message, hint, transient] of cases) {
    it(`explains: ${said.split("\n")[0]}`, () => {
      const error = sshFailure(said, { destination: "login" });
      expect(error).to.include({ code: "HPCNB_SSH", transient });
      expect(error.message).to.match(message);
      expect(error.hint).to.match(hint);
      if (said) expect(error.message).to.include(said.split("\n").at(-1));
    });
  }

  it("tells how long the wait was", () => {
    const error = sshFailure("", { destination: "login", limitMs: 20_000 });
    expect(error.message).to.include("after 20 s").and.to.include("said nothing");
    expect(error.transient).to.equal(true);
  });

  it("shows the end of a long story only", () => {
    const error = sshFailure(`${"banner\n".repeat(500)}Host key verification failed.`, { destination: "login" });
    expect(error.message.length).to.be.below(400);
  });
});

describe("names and paths that come from elsewhere", () => {
  for (const text of hostile) {
    it(`get into no argument of ssh: ${JSON.stringify(text)}`, () => {
      expect(() => destinationArguments({ alias: text }, [])).to.throw(/cannot be the name/);
      expect(() => configArguments({ alias: text })).to.throw(/cannot be the name/);
      expect(() => forwardArgument("/s", { host: text, port: 8 })).to.throw(/cannot forward/);
    });
  }

  it("lead to no path that ssh would take for another", () => {
    for (const path of ["relative", "/a\nb", "/a%h", `/$${"{HOME}"}/s`, "/a\u001bb", ""])
      expect(() => forwardArgument("/s", { path }), path).to.throw(/cannot forward/);
  });

  it("are quoted in what people are told to paste", () => {
    expect(sshCommand("-J", "a b", "x'y")).to.equal("ssh -J 'a b' 'x'\\''y'");
    const { hint } = sshFailure("", { destination: "-J login $(id)" });
    expect(hint).to.include("`ssh -J login '$(id)'`");
  });

  it("may be any name that sites give", () => {
    for (const alias of ["login", "alice@login.example.org", "10.0.0.1", "::1", "l_1", "é-host", "ssh://a@h:22"])
      expect(() => checkAlias(alias), alias).not.to.throw();
    for (const node of ["node1", "n-1.cluster", "10.0.0.1", "fe80::1", "N_1"])
      expect(() => checkNode(node), node).not.to.throw();
  });
});

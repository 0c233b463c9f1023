import { type ErrorCode, HpcnbError } from "@hpcnb/core";
import { sshCommand } from "./arguments.js";

interface KnownFailure {
  readonly pattern: RegExp;
  /** From the match; `who` is the host that was wanted. */
  readonly say: (match: RegExpExecArray, who: string) => string;
  readonly hint: (command: string, match: RegExpExecArray) => string;
  readonly transient?: boolean;
}

/**
 * The texts are OpenSSH's own, and unchanged since version 7. The first that fits counts: the more
 * telling ones come first.
 */
const knownFailures: readonly KnownFailure[] = [
  {
    pattern:
      /error while loading shared libraries|symbol lookup error|OpenSSL version mismatch|version `\S+' not found/,
    say: () => "ssh does not start: it finds libraries that it was not built for.",
    hint: () => "LD_LIBRARY_PATH or LD_PRELOAD leads to them, often set by a module or a conda environment. Unset it.",
  },
  {
    pattern: /Cannot fork into background without a command/,
    say: () =>
      "~/.ssh/config has ForkAfterAuthentication yes for this host. ssh then cannot run commands for a program.",
    hint: () => "Keep that line for a Host entry of its own, under another name.",
  },
  {
    pattern: /session request failed: Session open refused by peer/,
    say: (_, who) =>
      `${who} allows one command for each login (MaxSessions 1), and lets this user in no second time without a question.`,
    hint: (command) =>
      `Ask the site for more sessions in a connection (OpenSSH's own default is 10), or install a key there, so that \`${command}\` asks nothing.`,
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i,
    say: (_, who) => `The host key of ${who}, or of a host on the way, is not the one that your known_hosts has.`,
    hint: (command) =>
      `Ask the site whether the host was installed again. If so, remove the old key with ssh-keygen -R, then run \`${command}\` once.`,
  },
  {
    pattern: /Host key verification failed|No \S+ host key is known for (\S+)/,
    say: (_, who) => `The host key of ${who}, or of a host on the way, is not known yet.`,
    hint: (command) =>
      `Run \`${command}\` once in a terminal, and confirm the key if it is the one that the site names.`,
  },
  {
    // An IPv6 address has more colons.
    pattern: /Could not resolve hostname (([^\s:]+):(\d+)): /,
    say: ([, host = ""], who) => `${host} is no host's name: it has a port in it${forWhom(host, who)}.`,
    hint: (_, [, , name, port]) =>
      `ssh reads ports from ~/.ssh/config. Write an entry there, such as \`Host mycluster\`, \`HostName ${name}\`, \`Port ${port}\`, and use its name as the host.`,
  },
  {
    pattern: /Could not resolve hostname (\S+): /,
    say: ([, host], who) => `There is no host ${host} that could be found${forWhom(host, who)}.`,
    hint: () => "Check the spelling, your ~/.ssh/config, and whether this machine is on the network or needs a VPN.",
    transient: true,
  },
  {
    pattern: /connect to host (\S+) port (\d+): Connection refused/,
    say: ([, host, port], who) => `${host} refuses connections to port ${port}${forWhom(host, who)}.`,
    hint: () => "No ssh server listens there: the port is wrong, or the server is down.",
    transient: true,
  },
  {
    pattern: /connect to host (\S+) port (\d+): (.*)/,
    say: ([, host, port, why], who) => `${host}, port ${port}, cannot be reached${forWhom(host, who)}: ${why?.trim()}.`,
    hint: () => "Check the network, and whether the site wants a VPN or a jump host.",
    transient: true,
  },
  {
    pattern: /administratively prohibited/,
    say: (_, who) => `A host on the way to ${who} does not forward connections.`,
    hint: () =>
      "The site forbids it (AllowTcpForwarding). Ask which jump host it wants you to use, or try another tunnel.kind.",
  },
  {
    pattern: /open failed: connect failed: (.*)/,
    say: ([, why], who) => `The host before it on the way cannot reach ${who}: ${why?.trim()}.`,
    hint: () => "The name may be wrong, the host down, or without an ssh server.",
  },
  {
    // Over a shared connection ssh does not hand on what the other side said.
    pattern: /Stdio forwarding request failed|Connection closed by UNKNOWN port 65535/,
    say: (_, who) =>
      `${who} cannot be reached from the host before it on the way, or that host forwards no connections.`,
    hint: (command) => `\`${command}\` in a terminal may tell more.`,
  },
  {
    pattern: /Too many authentication failures/,
    say: (_, who) => `${who} gave up after too many keys were tried.`,
    hint: () => "Name the right key in ~/.ssh/config with IdentityFile, and set IdentitiesOnly yes.",
  },
  {
    pattern: /(\S+): Permission denied \(([^)]*)\)/,
    say: ([, at, ways], who) => `${at} is not let in (${who}). Accepted there: ${ways?.replaceAll(",", ", ")}.`,
    hint: (command, [, , ways = ""]) =>
      /password|keyboard-interactive/.test(ways)
        ? `A password or code is asked for at a terminal only: run the same command in one, or install your key there, so that \`${command}\` asks nothing.`
        : `Try \`${command}\` in a terminal. If that works without a password, hpcnb works too; otherwise install your key there, or start ssh-agent and add it.`,
  },
  {
    pattern: /no matching (.*?) found/,
    say: ([, what], who) => `This ssh and ${who} have no ${what} in common.`,
    hint: () => "One of the two is old. The site can say which algorithms to allow in ~/.ssh/config.",
  },
  {
    pattern:
      /(Bad configuration option.*|Bad owner or permissions on .*|Can't open user config file .*|.*\bline \d+: .*)/,
    say: ([, what]) => `ssh does not accept its configuration: ${what?.trim()}`,
    hint: () => "Mend that file.",
  },
  {
    pattern: /Connection timed out during banner exchange/,
    say: (_, who) => `${who} gave no answer.`,
    hint: () => "It may be down, or a firewall may drop packets to it.",
    transient: true,
  },
  {
    pattern:
      /(kex_exchange_identification: .*|Connection (?:closed|reset|timed out).*|Timeout, server .*|Broken pipe|.*Connection timed out during.*)/,
    say: ([, what], who) => `The connection to ${who} broke: ${what?.trim()}`,
    hint: () => "The network, or a server that turns away too many connections. Try again.",
    transient: true,
  },
];

/** The host that failed may be one on the way, or the alias by another name. */
function forWhom(host: string | undefined, who: string): string {
  return host === undefined || who.includes(host) ? "" : ` (on the way to ${who})`;
}

/**
 * So many that a changed host key is shown with its fingerprint, which is to be compared with the
 * one that the site names.
 */
const linesShown = 9;

export interface FailureContext {
  /** The words after `ssh` with which a person goes the same way; no word has a space in it. */
  readonly destination: string;
  readonly who?: string;
  readonly code?: ErrorCode;
  /** After this it was ended, because it came to nothing. */
  readonly limitMs?: number;
  /** The user has seen at the terminal what ssh said. */
  readonly isHeard?: boolean;
}

/** Why ssh gave up, in words. `said` is what it printed. */
export function sshFailure(
  said: string,
  { destination, who = destination, code = "HPCNB_SSH", limitMs, isHeard = false }: FailureContext,
): HpcnbError {
  const command = sshCommand(...destination.split(" "));
  const lines = [
    ...new Set(
      said
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
    ),
  ];
  const quoted = lines.slice(-linesShown).join("\n");
  for (const { pattern, say, hint, transient } of knownFailures) {
    const match = pattern.exec(said);
    if (!match) continue;
    const sentence = say(match, who);
    // ssh's words are told once.
    const rest = isHeard || lines.every((line) => sentence.includes(line)) ? "" : `\nssh said:\n${quoted}`;
    return new HpcnbError(code, `${sentence}${rest}`, {
      hint: hint(command, match),
      transient,
    });
  }
  const failed = limitMs === undefined ? "failed" : `was not connected after ${limitMs / 1000} s`;
  const seen = isHeard ? "." : `:\n${quoted}`;
  const text = quoted ? `ssh to ${who} ${failed}${seen}` : `ssh to ${who} ${failed} and said nothing.`;
  return new HpcnbError(code, text, {
    hint: `See what \`${command}\` does in a terminal.`,
    transient: limitMs !== undefined,
  });
}

/**
 * Characters of what a shell said that are shown, and of a line of it: longer ones are text of
 * ours, quoted back.
 */
const shellOutputShown = 600;
const longestLine = 200;

/** A login that succeeded, to a shell that did not do as it was told. `said` is what it printed. */
export function shellFailure(said: string, { destination, who = destination }: FailureContext): HpcnbError {
  const shown = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line.length <= longestLine && !line.includes("hpcnb-"))
    .join("\n")
    .slice(-shellOutputShown);
  const printed = shown ? `It printed:\n${shown}` : "It printed nothing.";
  const command = sshCommand(...destination.split(" "), "echo works");
  return new HpcnbError(
    "HPCNB_SSH",
    `${who} lets this user in, but the shell there does not run commands. ${printed}`,
    {
      hint: `A start-up file there (~/.bashrc, ~/.cshrc, ~/.zshenv) ends the shell, starts another one (\`exec fish\`, \`exec tcsh\`, \`newgrp\`), or reads its input. Such lines are for terminals only: in bash \`[[ $- == *i* ]] && exec fish\`. \`${command} < /dev/null\` must print "works". Or the account is closed for now.`,
    },
  );
}

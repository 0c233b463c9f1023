import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A script ends with this text for the user and this exit code (see README.md). */
export class Stop extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a program in the clone's root and gives back what it printed, stdout and stderr together.
 * @throws Stop with all of that when it fails, or when it has not ended after `minutes`.
 */
export async function run(argv, { env = {}, minutes = 10 } = {}) {
  const { exitCode, output } = await capture(argv, { env, minutes });
  if (exitCode !== 0) throw new Stop(`${argv.join(" ")}\n${output}\n(${exitCode})`);
  return output;
}

/**
 * Like `run`, for a program whose failure is an answer; `exitCode` is a text when there is none.
 */
export function capture([program, ...args], { env = {}, minutes = 10 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Not spawn's own time-out: that one goes on when the program does not exist, and holds the
    // process open.
    const limit = setTimeout(() => child.kill(), minutes * 60_000);
    let output = "";
    const collect = (text) => {
      output += text;
    };
    const finish = (exitCode) => {
      clearTimeout(limit);
      resolve({ exitCode, output: output.trimEnd() });
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", (error) => finish(error.message));
    child.on("close", (code, signal) => finish(code ?? `ended by ${signal}`));
  });
}

/**
 * Runs a program on this terminal. An interrupt reaches it by itself, and what it does about that
 * is its own affair.
 */
export function passThrough([program, ...args], { env = {} } = {}) {
  const ignore = () => {};
  process.on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  }).finally(() => process.off("SIGINT", ignore));
}

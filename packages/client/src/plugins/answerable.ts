import { isHpcnbError, missingMembers, type OpenTunnel, type Plugin, type PluginKind } from "@hpcnb/core";
import { brokenPlugin, type ForeignPlugin, thrown } from "./broken.js";
import { kindNames } from "./kinds.js";

/**
 * A plugin whose faults are told as its own: what its factory gives lacks a method, a method throws
 * what its contract does not know, or answers with something else. Errors that the contract knows
 * pass as they are.
 */
export function answerable(plugin: Plugin, whose: ForeignPlugin): Plugin {
  const { kind } = whose;
  const factory = plugin[kind];
  const create = (context: never) => {
    const made: unknown = blamed(whose, "create()", () => factory?.create(context));
    const missing = missingMembers(kind, made);
    if (missing.length > 0) throw brokenPlugin(whose, `gives a ${kindNames[kind]} without ${missing.join(", ")}`);
    return watched(made as object, whose, answers[kind]);
  };
  return { ...plugin, [kind]: { ...factory, create } };
}

/** What a method answers, or promises to answer. */
interface Answer {
  readonly is: (value: unknown) => boolean;
  readonly what: string;
  readonly isPromised: boolean;
}

/** The same object, whose methods' faults are the plugin's. */
function watched<Made extends object>(
  made: Made,
  whose: ForeignPlugin,
  expected: Readonly<Record<string, Answer>> = {},
): Made {
  return new Proxy(made, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key);
      // What a scheduler's jobs run later.
      if (key === "commands" && typeof member === "object" && member !== null) return watched(member, whose);
      if (typeof member !== "function") return member;
      const method = String(key);
      const answer = expected[method];
      return (...args: unknown[]) =>
        blamed(whose, `${method}()`, () => {
          const given: unknown = member.apply(target, args);
          if (!answer) return given;
          if (!answer.isPromised) return expect(given, answer);
          if (!(given instanceof Promise)) throw new TypeError("it gives no promise");
          return given.then((value) =>
            method === "open" ? watched(expect(value, answer), whose) : expect(value, answer),
          );
        });
    },
  });
}

function expect<Given>(given: Given, { is, what }: Answer): Given {
  if (!is(given)) throw new TypeError(`it does not give ${what}`);
  return given;
}

/** What work gives or throws, at once or later. */
function blamed(whose: ForeignPlugin, method: string, work: () => unknown): unknown {
  const blame = (error: unknown) => {
    if (isHpcnbError(error)) return error;
    return brokenPlugin(whose, `failed in ${method}: ${thrown(error)}`, error instanceof Error ? error : undefined);
  };
  try {
    const given = work();
    if (!(given instanceof Promise)) return given;
    return given.catch((error) => {
      throw blame(error);
    });
  } catch (error) {
    throw blame(error);
  }
}

const isText = (value: unknown) => typeof value === "string";
const isObject = (value: unknown) => typeof value === "object" && value !== null;

function isOpenTunnel(value: unknown): boolean {
  const { address, closed, close } = (isObject(value) ? value : {}) as Partial<OpenTunnel>;
  return isObject(address) && closed instanceof Promise && typeof close === "function";
}

/** Where hpcnb itself would fail with anything else. */
const answers: Readonly<Record<PluginKind, Readonly<Record<string, Answer>>>> = {
  scheduler: {
    nameOf: { is: isText, what: "a text", isPromised: false },
    render: { is: isText, what: "a text", isPromised: false },
    submit: { is: isText, what: "a job's id", isPromised: true },
    status: { is: Array.isArray, what: "a list of jobs", isPromised: true },
  },
  readiness: {
    forJob: { is: isObject, what: "an object", isPromised: false },
    read: { is: Array.isArray, what: "a list of records", isPromised: true },
  },
  tunnel: {
    open: { is: isOpenTunnel, what: "an open tunnel, with address, closed and close", isPromised: true },
  },
};

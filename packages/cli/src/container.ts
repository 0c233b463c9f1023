import "reflect-metadata";
import { fileURLToPath } from "node:url";
import type { Client } from "@hpcnb/client";
import { keepTunnels, type PluginLoader, type PluginServices } from "@hpcnb/client/keeper";
import { type Clock, type Host, type Log, systemClock } from "@hpcnb/core";
import { container, type DependencyContainer, type InjectionToken, instanceCachingFactory } from "tsyringe";
import { createAskingLoader } from "./printing/trust.js";
import { log } from "./printing/verbose.js";

/** What a front end says to a person beside its results. */
interface Printer {
  note(text: string): void;
  warn(sentence: string): void;
}

const ClockToken: InjectionToken<Clock> = Symbol("hpcnb.Clock");
const LogToken: InjectionToken<Log> = Symbol("hpcnb.Log");
const LoaderToken: InjectionToken<PluginLoader> = Symbol("hpcnb.PluginLoader");
/** The host of one site: only its own container has it. */
const HostToken: InjectionToken<Host> = Symbol("hpcnb.Host");
const HostsToken: InjectionToken<(alias: string | undefined) => Host> = Symbol("hpcnb.Hosts");
const PrinterToken: InjectionToken<Printer> = Symbol("hpcnb.Printer");
const ClientToken: InjectionToken<Client> = Symbol("hpcnb.Client");

/**
 * The composition root: the one place that decides what stands behind each word, for as long as the
 * process lives. A keeper's process needs the first three.
 */
const root = container.createChildContainer();
const once = <T>(token: InjectionToken<T>, make: (c: DependencyContainer) => T) =>
  root.register(token, { useFactory: instanceCachingFactory(make) });

once(ClockToken, () => systemClock);
once<Log>(LogToken, () => log);
once(LoaderToken, () => createAskingLoader());

/**
 * Plugins' factories get what they ask for from a container of their own, in which they stand by
 * their plugin's name. Plugins need not import tsyringe: their own copy would not know this one.
 */
function serve<Made>(name: string, host: Host, make: (services: PluginServices) => Made): Made {
  const own = root.createChildContainer();
  own.register(HostToken, { useValue: host });
  own.register<Made>(name, {
    useFactory: (c) => make({ clock: c.resolve(ClockToken), host: c.resolve(HostToken), log: c.resolve(LogToken) }),
  });
  return own.resolve<Made>(name);
}

/** The client of a command that meets a host. Its code is loaded with the first of them. */
export async function processClient(): Promise<Client> {
  registered ??= registerClient();
  await registered;
  return root.resolve(ClientToken);
}

let registered: Promise<void> | undefined;

async function registerClient(): Promise<void> {
  const [{ createClient }, { hostOf }, { tell, tellNote }] = await Promise.all([
    import("@hpcnb/client"),
    import("./host-of.js"),
    import("./printing/print.js"),
  ]);
  once(HostsToken, () => hostOf);
  once<Printer>(PrinterToken, () => ({ note: tellNote, warn: (sentence) => tell(sentence) }));
  once(ClientToken, (c) =>
    createClient({
      clock: c.resolve(ClockToken),
      hostOf: c.resolve(HostsToken),
      log: c.resolve(LogToken),
      loader: c.resolve(LoaderToken),
      keeperProgram: [fileURLToPath(new URL("../bin/keeper.js", import.meta.url))],
      serve,
      ...c.resolve<Printer>(PrinterToken),
    }),
  );
}

/** Makes this process a keeper, whose plugins are loaded and served as a command's are. */
export async function keepProcessTunnels(): Promise<void> {
  await keepTunnels(root.resolve(LoaderToken), serve);
}

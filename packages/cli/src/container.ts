import "reflect-metadata";
import { type Client, createClient, type PluginServices } from "@hpcnb/client";
import { type Clock, type Host, type Log, systemClock } from "@hpcnb/core";
import { container, type DependencyContainer, type InjectionToken, instanceCachingFactory } from "tsyringe";
import { hostOf } from "./host-of.js";
import { tell, tellNote } from "./printing/print.js";
import { log } from "./printing/verbose.js";

/** What a front end says to a person beside its results. */
interface Printer {
  note(text: string): void;
  warn(sentence: string): void;
}

const ClockToken: InjectionToken<Clock> = Symbol("hpcnb.Clock");
const LogToken: InjectionToken<Log> = Symbol("hpcnb.Log");
/** The host of one site: only its own container has it. */
const HostToken: InjectionToken<Host> = Symbol("hpcnb.Host");
const HostsToken: InjectionToken<(alias: string | undefined) => Host> = Symbol("hpcnb.Hosts");
const PrinterToken: InjectionToken<Printer> = Symbol("hpcnb.Printer");
const ClientToken: InjectionToken<Client> = Symbol("hpcnb.Client");

/**
 * The composition root: the one place that decides what stands behind each word, for as long as the
 * process lives.
 */
const root = container.createChildContainer();
const once = <T>(token: InjectionToken<T>, make: (c: DependencyContainer) => T) =>
  root.register(token, { useFactory: instanceCachingFactory(make) });

once(ClockToken, () => systemClock);
once<Log>(LogToken, () => log);
once(HostsToken, () => hostOf);
once<Printer>(PrinterToken, () => ({ note: tellNote, warn: (sentence) => tell(sentence) }));
once(ClientToken, (c) =>
  createClient({
    clock: c.resolve(ClockToken),
    hostOf: c.resolve(HostsToken),
    log: c.resolve(LogToken),
    serve,
    ...c.resolve<Printer>(PrinterToken),
  }),
);

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

export function processClient(): Client {
  return root.resolve(ClientToken);
}

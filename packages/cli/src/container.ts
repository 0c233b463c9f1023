import "reflect-metadata";
import { type Client, createClient } from "@hpcnb/client";
import { type Clock, type Host, systemClock } from "@hpcnb/core";
import { container, type DependencyContainer, type InjectionToken, instanceCachingFactory } from "tsyringe";
import { hostOf } from "./host-of.js";
import { tell, tellNote } from "./print.js";
import { log } from "./verbose.js";

/** What a front end says to a person beside its results. */
interface Printer {
  note(text: string): void;
  warn(sentence: string): void;
}

const ClockToken: InjectionToken<Clock> = Symbol("hpcnb.Clock");
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
once(HostsToken, () => hostOf);
once<Printer>(PrinterToken, () => ({ note: tellNote, warn: (sentence) => tell(sentence) }));
once(ClientToken, (c) =>
  createClient({
    clock: c.resolve(ClockToken),
    hostOf: c.resolve(HostsToken),
    log,
    ...c.resolve<Printer>(PrinterToken),
  }),
);

export function processClient(): Client {
  return root.resolve(ClientToken);
}

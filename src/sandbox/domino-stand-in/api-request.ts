/** One request as the services see it: routed, authenticated, body read. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FaultEffect } from './faults.ts';
import { Refusal } from './http-reply.ts';
import type { MailFile } from './mail-file.ts';
import type { Access } from './model.ts';

export interface Identity {
  /** As it stands in the ACL and in `readBy`. */
  name: string;
  email: string | null;
}

export interface ApiRequest {
  method: string;
  /** `http://host:port` the client used. */
  origin: string;
  /** Path up to and with `/api/calendar` or `/api/data`, as sent. */
  base: string;
  /** Segments after `base`, as sent and decoded. */
  raw: string[];
  segments: string[];
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
  identity: Identity;
  mailFile: MailFile | null;
  access: Access;
  effects: FaultEffect[];
}

/** `workflow`, `literally` and the like: anything but `false`/`true` leaves the default [inferred]. */
export const flag = (query: URLSearchParams, name: string, otherwise: boolean): boolean => {
  const value = query.get(name)?.toLowerCase();
  return value === 'true' ? true : value === 'false' ? false : otherwise;
};

/** An integer parameter, refused as the service does; undefined when absent. */
export const integer = (query: URLSearchParams, name: string): number | undefined => {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!/^[+-]?\d{1,9}$/.test(value)) {
    throw new Refusal(400, `Invalid ${name} parameter: ${value}`, {
      exception: 'java.lang.NumberFormatException',
    });
  }
  return Number(value);
};

export const mayWrite = (access: Access): boolean =>
  access === 'editor' || access === 'editor without delete' || access === 'manager';

export const mayDelete = (access: Access): boolean => access === 'editor' || access === 'manager';

/**
 * The uid under which we create an entry in Domino. It is derived from the pair, so that a create whose reply was lost
 * can be repeated: Domino answers "exists". Letters, digits and `-` only, the one alphabet every interface addresses.
 */
export interface SyncUidParts {
  /** Tells two CRM databases apart that write to one Domino (setting `instance_id`): letters, digits, `-`. */
  instanceId: string;
  appointmentId: number;
  crmUserId: number;
  /** Counts up each time the pair needs a new entry: Domino may refuse a uid it has known. */
  incarnation: number;
}

const UID = /^CRM-([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)-(\d{1,15})-(\d{1,15})-(\d{1,15})$/;

/** `CRM-<instance>-<appointment>-<user>-<n>`. Throws RangeError for parts that cannot be read back. */
export function syncUid({ instanceId, appointmentId, crmUserId, incarnation }: SyncUidParts): string {
  const uid = `CRM-${instanceId}-${appointmentId}-${crmUserId}-${incarnation}`;
  if (!UID.test(uid)) throw new RangeError(`no uid can be made of ${uid}`);
  return uid;
}

/** The parts of a uid of ours, null for any other. */
export function parseSyncUid(uid: string): SyncUidParts | null {
  const match = UID.exec(uid);
  if (match === null) return null;
  const [, instanceId, appointmentId, crmUserId, incarnation] = match;
  return {
    instanceId: instanceId!,
    appointmentId: Number(appointmentId),
    crmUserId: Number(crmUserId),
    incarnation: Number(incarnation),
  };
}

/** What Notes users have in their calendars before anybody synchronises: appointments, meetings and To Dos of their own. */
import { createRandom } from './crm/random.ts';
import type { SampleUser } from './crm/sample-people.ts';
import type { DominoStandIn } from './domino-stand-in/index.ts';

const DAY = 86_400_000;
const SUBJECTS = [
  'Zahnarzt',
  'Team lunch',
  'Sprint review',
  'Déjeuner client',
  'Prepare offer',
  'Gym',
  'School play 🎭',
];
const PLACES = ['Berlin', 'Room 4', '', 'Kantine', 'phone'];

/** `yyyy-MM-ddTHH:mm:ssZ`, on a quarter of an hour. */
const instant = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`;

/** Made by the Notes users themselves; no mail leaves, because the outbox is emptied. The same for the same `now`. */
export function fillMailFiles(standIn: DominoStandIn, users: readonly SampleUser[], now: Date): void {
  const random = createRandom(1907);
  const today = now.getTime() - (now.getTime() % DAY);
  for (const [i, user] of users.entries()) {
    const notes = standIn.notesUser(user.email);
    const at = (): number => today + random.int(1, 25) * DAY + random.int(28, 64) * 900_000;
    for (let n = 0; n < 3; n += 1) {
      const start = at();
      notes.createAppointment({
        subject: random.pick(SUBJECTS),
        location: random.pick(PLACES),
        body: n === 0 ? 'Entered in Notes.\nSecond line.' : '',
        private: n === 2,
        start: instant(start),
        end: instant(start + 3_600_000),
      });
    }
    notes.createAllDay({ subject: 'Urlaub', date: instant(at()).slice(0, 10) });
    const due = at();
    notes.createTodo({ subject: `Report for ${user.name}`, start: instant(due - DAY), due: instant(due) });
    if (i % 4 === 0) {
      const start = at();
      notes.createMeeting({
        subject: 'Meeting made in Notes',
        location: 'Auditorium',
        start: instant(start),
        end: instant(start + 5_400_000),
        invitees: [users[(i + 1) % users.length]!.email, 'guest@elsewhere.example'],
      });
    }
  }
  standIn.clearOutbox();
}

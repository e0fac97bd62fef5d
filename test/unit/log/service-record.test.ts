import { expect, test } from 'vitest';
import { serviceRecord } from '../../../src/log/service-record.ts';

const RECORD = { level: 'error', time: '2026-01-31T12:00:00Z', msg: 'what\nfailed', code: 'state' } as const;

test('syslog gets a priority, the identifier and the message', () => {
  expect(serviceRecord({ kind: 'syslog', identifier: 'web' }, 'text')(RECORD)).toBe(
    `<11>web[${process.pid}]: what failed`,
  );
});

test('journald gets fields, on lines of their own', () => {
  expect(serviceRecord({ kind: 'journald', identifier: 'web' }, 'text')(RECORD)).toBe(
    'PRIORITY=3\nSYSLOG_IDENTIFIER=web\nMESSAGE=what failed\n',
  );
});

test('with json, the message is the whole record', () => {
  const record = serviceRecord({ kind: 'syslog', identifier: 'web' }, 'json')(RECORD);
  expect(JSON.parse(record.slice(record.indexOf('{')))).toMatchObject({ code: 'state', msg: 'what\nfailed' });
});

/**
 * What a server counts of itself, as Prometheus reads it (prom-client).
 *
 * Labels are of closed lists only: operations, statuses, stages, sources. No
 * key, no account, no address becomes one.
 *
 * @module shim/adapters/node-metrics
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** @typedef {ReturnType<typeof createMetrics>} Metrics */

/** A registry of its own: two servers in one process do not share. */
export function createMetrics() {
  const registers = [new Registry()];
  const [registry] = registers;
  collectDefaultMetrics({ register: registry, prefix: 'cutaway_' });
  const requests = new Histogram({
    name: 'cutaway_request_seconds',
    help: 'Time to the last byte of an answer',
    labelNames: ['dialect', 'operation', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const stages = new Histogram({
    name: 'cutaway_stage_seconds',
    help: 'Time of each stage of a picture in the engine',
    labelNames: ['stage'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  const results = new Counter({
    name: 'cutaway_results_total',
    help: 'Pictures made, by where',
    labelNames: ['source'],
    registers,
  });
  const failures = new Counter({
    name: 'cutaway_failures_total',
    help: 'Pictures that came to nothing, by code',
    labelNames: ['code'],
    registers,
  });
  return {
    contentType: registry.contentType,
    /** @param {import('./node-server.js').LogEntry} entry */
    request({ dialect = '', operation = '', status, ms }) {
      requests.observe({ dialect, operation, status: String(status) }, ms / 1000);
    },
    /** @param {import('../create-shim.js').Shim} shim */
    watch(shim) {
      shim.events.addEventListener('cutaway-report', (event) => {
        const { report } = /** @type {CustomEvent} */ (event).detail;
        results.inc({ source: report.source ?? 'local' });
        for (const [stage, ms] of Object.entries(report.timings_ms ?? {}))
          if (typeof ms === 'number' && /^[a-z]{1,20}$/.test(stage)) stages.observe({ stage }, ms / 1000);
      });
      shim.events.addEventListener('cutaway-failure', (event) => {
        failures.inc({ code: /** @type {CustomEvent} */ (event).detail.code });
      });
      new Gauge({
        name: 'cutaway_queue_jobs',
        help: 'Jobs that wait or are worked on, in the whole store',
        registers,
        async collect() {
          this.set(await shim.queued().catch(() => NaN));
        },
      });
      new Gauge({
        name: 'cutaway_running_jobs',
        help: 'Jobs that this process works on',
        registers,
        collect() {
          this.set(shim.running);
        },
      });
    },
    text: () => registry.metrics(),
  };
}

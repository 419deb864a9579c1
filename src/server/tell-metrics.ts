/** `GET /metrics`, for Prometheus. */
import type { ServerResponse } from 'node:http'
import type { Services } from '../exchange/outcome.ts'
import type { Metrics } from '../observe/metrics/metrics.ts'
import { answerProblem, failInside } from './problems.ts'

export function tellMetrics(services: Services, response: ServerResponse): void {
  if (!services.metrics)
    return answerProblem(response, { to: 'metrics' }, 404, 'Nothing is counted here; set METRICS=on to change that.')
  give(services.metrics, response).catch((error: unknown) => failInside(services, response, error))
}

async function give(metrics: Metrics, response: ServerResponse): Promise<void> {
  const { contentType, text } = await metrics.tell()
  response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

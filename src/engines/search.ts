/** Looks for engines where they usually listen, and nowhere but on this machine. */
import type { EngineName, Engines, Identity, ListedModel } from './engine.ts'
import { endpointOf, type KnownPorts } from './places.ts'

export interface Sighting {
  identity: Identity
  origin: string
  root: string
}

/** In order of preference, all at once; no key is sent to a server that nobody named. */
export async function findEngines(engines: Engines, ports: KnownPorts): Promise<Sighting[]> {
  const found = await Promise.all(
    ports.map(async ([port, guess]) => {
      const origin = `http://localhost:${port}`
      const identity = await engines.identify({ url: endpointOf(guess, { origin, root: '' }).url })
      return identity ? [{ identity, origin, root: '' }] : []
    }),
  )
  return found.flat()
}

/**
 * The first that has a model that is `wanted`, else the first that has one to talk to, else the first. One that says no more than that it is compatible may as well be a gateway to a
 * cloud, so somebody has to name it.
 */
export async function preferred(
  found: readonly Sighting[],
  modelsAt: (sighting: Sighting) => Promise<readonly ListedModel[]>,
  isWanted: (model: ListedModel) => boolean,
): Promise<Sighting | undefined> {
  const known = found.filter(({ identity }) => mayBeAdopted(identity.name))
  const stocked = await Promise.all(known.map(async (sighting) => ({ sighting, models: await modelsAt(sighting) })))
  const best =
    stocked.find(({ models }) => models.some(isWanted)) ??
    stocked.find(({ models }) => models.some(({ isChat }) => isChat))
  return best?.sighting ?? known[0]
}

export function mayBeAdopted(name: EngineName): boolean {
  return name !== 'openai-compatible'
}

/** An engine has to be asked at its own endpoint. */
export function placeOf({ identity, origin, root }: Sighting): ReturnType<typeof endpointOf> {
  return endpointOf(identity.name, { origin, root })
}

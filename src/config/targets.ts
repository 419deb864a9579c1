/** The targets that a configuration describes. */
import { readTargetUrl, endpointPaths, type Target } from '../routing/target.ts'
import { findPreset } from './presets.ts'
import { settings, withoutSecrets, type Config, type SettingName } from './schema.ts'

export interface Targets {
  primary: Target
  /** In priority order, at least one. */
  fallbacks: Target[]
}

export function buildTargets(config: Config): { ok: true; targets: Targets } | { ok: false; problem: string } {
  const primary = readTargetUrl(new URL(config.primaryUrl))
  if (!primary) return { ok: false, problem: unknownPath('primaryUrl', config.primaryUrl) }
  const preset = findPreset(config.primaryProvider, new URL(config.primaryUrl).hostname)
  const fallback = readTargetUrl(new URL(config.fallbackUrl))
  if (!fallback) return { ok: false, problem: unknownPath('fallbackUrl', config.fallbackUrl) }
  return {
    ok: true,
    targets: {
      primary: {
        name: 'primary',
        kind: 'cloud',
        ...primary,
        speaks: [primary.dialect, ...(preset?.speaks ?? [])],
        ...(preset?.quirks === undefined ? {} : { quirks: preset.quirks }),
        ...(config.primaryApiKey === undefined
          ? {}
          : { credential: { header: config.primaryAuthHeader, value: config.primaryApiKey } }),
      },
      fallbacks: [...new Set(config.fallbackModel)].map((model) => ({
        name: `local/${model}`,
        kind: 'local' as const,
        ...fallback,
        speaks: [fallback.dialect],
        model,
        ...(config.fallbackApiKey === undefined
          ? {}
          : { credential: { header: 'Authorization', value: config.fallbackApiKey } }),
      })),
    },
  }
}

function unknownPath(name: SettingName, url: string): string {
  const known = Object.values(endpointPaths).join(', ')
  return `${settings[name].env} '${withoutSecrets(url)}' names no dialect; end its path with one of ${known}.`
}

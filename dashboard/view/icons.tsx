/** Drawings; each stands beside words that say the same, so none is read out. */
import type { ComponentChildren } from 'preact'

function Icon(props: { children: ComponentChildren }) {
  return (
    <svg class="icon-drawing" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {props.children}
    </svg>
  )
}

export function Helmet() {
  return (
    <svg class="helmet" viewBox="0 0 32 26" aria-hidden="true" focusable="false">
      <path class="shell" d="M3 19a13 13 0 0 1 26 0z" />
      <path class="brim" d="M2 18h28a2 2 0 0 1 0 4h-8c-2 0-3 2-6 2s-4-2-6-2H2a2 2 0 0 1 0-4z" />
      <path class="shine" d="M8 16a9 9 0 0 1 6-6" />
    </svg>
  )
}

export function Cloud() {
  return (
    <Icon>
      <path d="M7 19a4.5 4.5 0 0 1-.6-8.960 6 6 0 0 1 11.5-1.100A5 5 0 0 1 17.5 19z" />
    </Icon>
  )
}

/** A machine that stands here. */
export function Machine() {
  return (
    <Icon>
      <rect x="4" y="5" width="16" height="11" rx="1.5" />
      <path d="M2 20h20M9 20l.5-4M15 20l-.5-4" />
    </Icon>
  )
}

export function Sun() {
  return (
    <Icon>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.600l1.4 1.400M17 17l1.4 1.400M18.4 5.600L17 7M7 17l-1.4 1.4" />
    </Icon>
  )
}

export function Moon() {
  return (
    <Icon>
      <path d="M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500z" />
    </Icon>
  )
}

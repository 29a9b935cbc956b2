// The size of text, 80 to 200 % of the system's: kept in this window's storage, for it is nobody else's business.

const KEY = 'gantry.text-size';
const STEPS = [80, 90, 100, 110, 125, 150, 175, 200] as const;

/** The percentage in use; 100 where none or nonsense is stored. */
export function textSize(): number {
  const stored = Number(localStorage.getItem(KEY));
  return (STEPS as readonly number[]).includes(stored) ? stored : 100;
}

export function applyTextSize(): void {
  const size = textSize();
  document.documentElement.style.fontSize = size === 100 ? '' : `${String(size)}%`;
}

/** One step larger or smaller, or back to the system's. */
export function changeTextSize(step: 1 | -1 | 0): void {
  const at = (STEPS as readonly number[]).indexOf(textSize());
  const next = step === 0 ? 100 : (STEPS[Math.min(STEPS.length - 1, Math.max(0, at + step))] ?? 100);
  localStorage.setItem(KEY, String(next));
  applyTextSize();
}

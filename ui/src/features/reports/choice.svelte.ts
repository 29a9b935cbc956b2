// What the reader last chose to look at: kept while the window is open, so that leaving the page and coming back changes nothing.
import { addDays, type DateRange, type PresetId } from './dates';

class Choice {
  property = $state<string | null>(null);
  preset = $state<PresetId>('last28');
  range = $state<DateRange>({ from: addDays(new Date().toISOString().slice(0, 10), -27), to: new Date().toISOString().slice(0, 10) });
  compare = $state(true);
}

export const choice = new Choice();

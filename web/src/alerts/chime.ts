/** Two soft tones, made here, since a file of them would be one more thing to load. */
const TONES_HZ = [660, 880];
const TONE_S = 0.16;
const LOUD = 0.08;

let audio: AudioContext | undefined;

/** Before the first press in the page a sound would wait for that, and come then. */
export function mayChime(): boolean {
  return navigator.userActivation.hasBeenActive;
}

export function chime(): void {
  if (!mayChime()) return;
  try {
    audio ??= new AudioContext();
    const begin = audio.currentTime;
    for (const [i, hz] of TONES_HZ.entries()) {
      const tone = audio.createOscillator(), volume = audio.createGain();
      const from = begin + i * TONE_S;
      tone.frequency.value = hz;
      volume.gain.setValueAtTime(LOUD, from);
      volume.gain.exponentialRampToValueAtTime(0.001, from + TONE_S * 2);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + TONE_S * 2);
    }
  } catch {
    // A browser without a voice.
  }
}

// A sound and a vibration of its own for each heading, made here: no file to load, and a guard need not look.

// [frequency in hertz, seconds]; 0 Hz is a pause. `loud` is 0 to 1, `wave` how sharp it sounds.
const SOUNDS = {
  valid: { wave: "sine", loud: 0.5, notes: [[880, 0.09], [1319, 0.18]] },
  invalid: { wave: "square", loud: 0.35, notes: [[233, 0.2], [0, 0.06], [156, 0.4]] },
  holder: { wave: "square", loud: 0.35, notes: [[196, 0.12], [0, 0.06], [196, 0.12], [0, 0.06], [196, 0.3]] },
  rule: { wave: "triangle", loud: 0.4, notes: [[440, 0.14], [349, 0.26]] },
  undetermined: { wave: "triangle", loud: 0.45, notes: [[523, 0.12], [0, 0.08], [523, 0.12]] },
  unread: { wave: "sine", loud: 0.2, notes: [[392, 0.08]] },
  part: { wave: "sine", loud: 0.3, notes: [[1047, 0.05]] },
};
const PULSES = {
  valid: [70],
  invalid: [220, 90, 220],
  holder: [110, 60, 110, 60, 320],
  rule: [120, 70, 60],
  undetermined: [80, 120, 80],
  unread: [30],
  part: [25],
};
const RAMP = 0.012; // seconds; a tone that starts at once clicks

let audio = null;

// Browsers let a page sound only after a press.
for (const press of ["click", "keydown"]) {
  document.addEventListener(press, () => {
    audio ??= window.AudioContext ? new AudioContext() : null;
    audio?.resume();
  });
}

/** Tells a heading, or "part" for one code of several. */
export function signal(name, { sound, vibration }) {
  if (vibration) navigator.vibrate?.(PULSES[name]);
  if (sound && audio) play(SOUNDS[name]);
}

function play({ wave, loud, notes }) {
  let start = audio.currentTime + 0.02;
  for (const [frequency, lasts] of notes) {
    if (frequency) tone(wave, frequency, loud, start, start + lasts);
    start += lasts;
  }
}

function tone(wave, frequency, loud, start, end) {
  const [source, volume] = [audio.createOscillator(), audio.createGain()];
  source.type = wave;
  source.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(loud, start + RAMP);
  volume.gain.setValueAtTime(loud, end - RAMP);
  volume.gain.linearRampToValueAtTime(0, end);
  source.connect(volume).connect(audio.destination);
  source.start(start);
  source.stop(end);
}

package tool

import (
	"cmp"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm/sound"
)

// passes is how much of a sound one request carries: the gateway takes 32 MiB, form and all.
const passes = 31 << 20

// divide is what to do with a sound that is too long for a provider and cannot be cut here.
const divide = "Divide it, or save it as WAV with 16 bits, one channel and 16 kHz, of which 30 minutes have 55 MiB: that is cut here where it is quiet. " +
	"Providers take less of one sound than they take in all: OpenAI 25 MB, and of its gpt-4o models 25 minutes."

// whole says which sound was not cut, and why.
func whole(data []byte, length time.Duration) string {
	kind := map[string]string{"audio/wav": "WAV, but not of 16-bit samples", "audio/mpeg": "MP3", "audio/flac": "FLAC", "audio/ogg": "Ogg", "audio/mp4": "M4A", "audio/aac": "AAC"}[sound.Type(data)]
	size := fmt.Sprintf("%d MiB", max(len(data)>>20, 1))
	if length > 0 {
		size = clock(length, ".") + ", " + size
	}
	return fmt.Sprintf("The sound is %s (%s), which is sent whole: only WAV of 16-bit samples can be cut here.", cmp.Or(kind, "compressed"), size)
}

package browser

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// talk is a WAV on this machine, of so many seconds.
func talk(t *testing.T, seconds int) string {
	t.Helper()
	const rate = 8000
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+2*rate*seconds))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, struct {
		Size             uint32
		Format, Channels uint16
		Rate, Bytes      uint32
		Block, Bits      uint16
	}{16, 1, 1, rate, 2 * rate, 2, 16})
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(2*rate*seconds))
	samples := make([]int16, rate*seconds)
	for i := range samples {
		samples[i] = int16(10_000 * math.Sin(float64(i)/5))
	}
	_ = binary.Write(&b, binary.LittleEndian, samples)
	return kept(t, "talk.wav", b.Bytes())
}

func kept(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (b *tab) takes(path string) {
	b.t.Helper()
	b.run("choose the file", chromedp.SetUploadFiles("[name=file]", []string{path}, chromedp.ByQuery))
}

// A long sound is written down in clips while the page tells how far it is; what came is shown with its times and its cost, and can be
// saved as subtitles. What is no sound is refused in words, and what was typed stays.
func TestASoundIsWrittenDown(t *testing.T) {
	t.Parallel()
	b := atDocuments(t)
	b.provokes(422)
	b.goTo("/documents/transcribe")
	b.press("Write it down")
	b.sees("Choose a file that is not empty.")
	b.fill("Model", "sandbox-whisper+latency=5s")
	b.fill("Language", "de")
	b.takes(kept(t, "talk.wav", []byte("nothing that sounds")))
	b.press("Write it down")
	b.sees("This is no sound that is known here: WAV, MP3, M4A, FLAC and Ogg are.")
	b.judged("documents-transcribe-refused")
	b.takes(talk(t, 20*60))
	b.press("Write it down")
	b.sees("of 5 parts")
	b.fitsEveryScreen("documents-transcribe-progress")
	b.sees("Subtitles as SRT")
	b.sees("plays for")
	b.judged("documents-transcribe-done")
}

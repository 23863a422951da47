package tool

import (
	"bytes"
	"encoding/binary"
	"time"
)

// wave is a sound of plain samples of 16 bits, the only one that can be cut without a decoder. Compressed sounds (MP3, M4A, FLAC, Ogg) go to
// the provider whole.
type wave struct {
	head    []byte // fmt, as it stood
	samples []byte
	rate    int // samples a second
	block   int // bytes that all channels take at a time
}

// readWave reads a WAV file; false for anything that is not plain 16-bit PCM.
func readWave(b []byte) (w wave, ok bool) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return w, false
	}
	for at := 12; at+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[at+4:]))
		body := b[at+8:]
		switch string(b[at : at+4]) {
		case "fmt ":
			if size < 16 || size > len(body) || binary.LittleEndian.Uint16(body) != 1 || binary.LittleEndian.Uint16(body[14:]) != 16 {
				return w, false
			}
			w.head, w.rate, w.block = body[:16], int(binary.LittleEndian.Uint32(body[4:])), int(binary.LittleEndian.Uint16(body[12:]))
			if channels := int(binary.LittleEndian.Uint16(body[2:])); w.rate < 1000 || w.rate > 400_000 || channels < 1 || channels > 16 || w.block != 2*channels {
				return w, false
			}
		case "data":
			w.samples = body[:min(size, len(body))] // recorders that were cut off leave the largest size there
			w.samples = w.samples[:len(w.samples)/max(w.block, 1)*max(w.block, 1)]
			return w, w.head != nil
		}
		if size < 0 || size > len(b)-at-8 {
			return w, false
		}
		at += 8 + size + size&1
	}
	return w, false
}

func (w wave) at(bytes int) time.Duration {
	return time.Duration(int64(bytes/w.block) * int64(time.Second) / int64(w.rate))
}

// clip is a part of a sound, as a file of its own.
type clip struct {
	from, to time.Duration
	data     []byte
}

const (
	// longest is how long a clip may be: five minutes are transcribed within a minute, and lose little if they fail.
	longest = 5 * time.Minute
	// heaviest is how many bytes one may have: OpenAI takes 25 MB.
	heaviest = 24 << 20
	// frame is how much is listened to at once for silence.
	frame = 100 * time.Millisecond
)

// clips cuts a sound where it is quietest in the last fifth before a clip would be too long: most likely between words.
func (w wave) clips() (out []clip) {
	most := min(int(int64(longest)*int64(w.rate)/int64(time.Second))*w.block, heaviest/w.block*w.block)
	for at := 0; at < len(w.samples); {
		end := len(w.samples)
		if end-at > most {
			end = w.quietest(at+most/5*4/w.block*w.block, at+most)
		}
		out = append(out, clip{w.at(at), w.at(end), w.file(w.samples[at:end])})
		at = end
	}
	return out
}

// quietest is the middle of the frame with the least energy.
func (w wave) quietest(from, to int) int {
	step := max(w.rate*int(frame/time.Millisecond)/1000, 1) * w.block
	best, least := to, ^uint64(0)
	for at := from; at+step <= to; at += step {
		var sum uint64
		for i := at; i < at+step; i += 2 {
			v := int64(int16(binary.LittleEndian.Uint16(w.samples[i:])))
			sum += uint64(v * v)
		}
		if sum <= least { // the last of equals: clips are long, so there are few
			best, least = at+step/2/w.block*w.block, sum
		}
	}
	return best
}

// file is samples as a WAV file.
func (w wave) file(samples []byte) []byte {
	var b bytes.Buffer
	b.Grow(44 + len(samples))
	b.WriteString("RIFF")
	size := make([]byte, 4)
	put := func(n int) {
		binary.LittleEndian.PutUint32(size, uint32(n))
		b.Write(size)
	}
	put(36 + len(samples))
	b.WriteString("WAVEfmt ")
	put(16)
	b.Write(w.head)
	b.WriteString("data")
	put(len(samples))
	b.Write(samples)
	return b.Bytes()
}

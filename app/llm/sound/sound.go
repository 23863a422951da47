// Package sound says how long an uploaded sound is at most, because sound is billed by its length. It decodes nothing and
// believes no header that states a length: it walks over the frames and adds up what each of them plays, as a decoder
// would. What it gives can be too long, where something only looks like a frame, and never too short.
//
// WAV, MP3, ADTS AAC, FLAC, Ogg with Opus or Vorbis, and MP4 with AAC are read. WebM and other things are not.
package sound

import (
	"bytes"
	"encoding/binary"
	"time"
)

// most is a length that is believed: longer sums are nonsense, and none of them may wrap.
const most = 30 * 24 * time.Hour

// Length is the most that a sound can take to play; false if that cannot be told. It allocates nothing and reads each byte
// about once.
func Length(b []byte) (time.Duration, bool) {
	var d time.Duration
	ok := false
	switch {
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WAVE":
		d, ok = wav(b)
	case bytes.HasPrefix(b, []byte("fLaC")):
		d, ok = flac(b)
	case bytes.HasPrefix(b, []byte("OggS")):
		d, ok = ogg(b)
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		d, ok = mp4(b)
	case bytes.HasPrefix(b, []byte("ID3")) || len(b) > 2 && b[0] == 0xff && b[1]&0xe0 == 0xe0:
		d, ok = mpeg(b)
	}
	return d, ok && d >= 0 && d <= most
}

// played is how long samples at a rate take, rounded up to the nanosecond.
func played(samples, rate int64) time.Duration {
	if rate <= 0 || samples > int64(most/time.Second)*rate {
		return most + 1
	}
	return time.Duration(samples/rate)*time.Second + time.Duration((samples%rate*int64(time.Second)+rate-1)/rate)
}

// wav reads plain PCM, floating point, A-law and µ-law: everything behind the first data header counts, whatever length that
// states.
func wav(b []byte) (time.Duration, bool) {
	var block, rate int64
	for at := 12; at+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[at+4:]))
		switch string(b[at : at+4]) {
		case "fmt ":
			if size < 16 || at+24 > len(b) || block > 0 {
				return 0, false
			}
			f := b[at+8:]
			channels, bits := int64(binary.LittleEndian.Uint16(f[2:])), int64(binary.LittleEndian.Uint16(f[14:]))
			rate, block = int64(binary.LittleEndian.Uint32(f[4:])), int64(binary.LittleEndian.Uint16(f[12:]))
			switch binary.LittleEndian.Uint16(f) {
			case 1, 3, 6, 7, 0xfffe:
			default: // a codec with frames of its own
				return 0, false
			}
			if channels == 0 || bits == 0 || bits%8 != 0 || block != channels*bits/8 || rate == 0 {
				return 0, false
			}
		case "data":
			if block == 0 {
				return 0, false
			}
			return played((int64(len(b)-at-8)+block-1)/block, rate), true
		}
		if size > len(b) {
			return 0, false
		}
		at += 8 + size + size%2
	}
	return 0, false
}

// Type is a sound's media type by its first bytes, "" for what is none that is known.
func Type(b []byte) string {
	switch {
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WAVE":
		return "audio/wav"
	case bytes.HasPrefix(b, []byte("fLaC")):
		return "audio/flac"
	case bytes.HasPrefix(b, []byte("OggS")):
		return "audio/ogg"
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		return "audio/mp4"
	case len(b) > 2 && b[0] == 0xff && b[1]&0xf6 == 0xf0: // layer 0 is ADTS
		return "audio/aac"
	case bytes.HasPrefix(b, []byte("ID3")) || len(b) > 2 && b[0] == 0xff && b[1]&0xe0 == 0xe0:
		return "audio/mpeg"
	case bytes.HasPrefix(b, []byte{0x1a, 0x45, 0xdf, 0xa3}):
		return "audio/webm"
	}
	return ""
}

package sound

import (
	"bytes"
	"time"
)

// flac adds up every frame header in the file, found by its sync code and checked by its checksum. A chance match in the
// data counts as well, which errs upward.
func flac(b []byte) (time.Duration, bool) {
	if len(b) < 42 {
		return 0, false
	}
	rate := int64(b[18])<<12 | int64(b[19])<<4 | int64(b[20])>>4
	if rate == 0 {
		return 0, false
	}
	var sum time.Duration
	frames := 0
	for at := 42; sum <= most; {
		i := bytes.IndexByte(b[at:], 0xff)
		if i < 0 {
			break
		}
		at += i
		if samples, hz := flacFrame(b[at:]); samples > 0 {
			if hz == 0 {
				hz = rate
			}
			sum += played(samples, hz)
			frames++
		}
		at++
	}
	return sum, frames > 0
}

var flacHertz = [12]int64{0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000}

// flacFrame reads a frame header: its samples, and its own rate, 0 if that is the stream's.
func flacFrame(b []byte) (samples, hz int64) {
	if len(b) < 6 || b[1]&0xfe != 0xf8 || b[3]&1 != 0 || b[3]>>4 > 10 {
		return 0, 0
	}
	blocks, rate := b[2]>>4, b[2]&15
	at := 4 + coded(b[4])
	if at == 4 || blocks == 0 || rate == 15 || len(b) < at+5 {
		return 0, 0
	}
	switch {
	case blocks == 1:
		samples = 192
	case blocks <= 5:
		samples = 576 << (blocks - 2)
	case blocks == 6:
		samples = int64(b[at]) + 1
		at++
	case blocks == 7:
		samples = int64(b[at])<<8 + int64(b[at+1]) + 1
		at += 2
	default:
		samples = 256 << (blocks - 8)
	}
	switch {
	case rate < 12:
		hz = flacHertz[rate]
	case rate == 12:
		hz = int64(b[at]) * 1000
		at++
	default:
		if hz = int64(b[at])<<8 + int64(b[at+1]); rate == 14 {
			hz *= 10
		}
		at += 2
	}
	if rate >= 12 && hz == 0 || len(b) <= at || crc8(b[:at]) != b[at] {
		return 0, 0
	}
	return samples, hz
}

// coded is how many bytes a number takes in the UTF-8-like coding that begins with this byte; 0 if none begins so.
func coded(first byte) int {
	switch {
	case first < 0x80:
		return 1
	case first >= 0xc0 && first < 0xe0:
		return 2
	case first >= 0xe0 && first < 0xf0:
		return 3
	case first >= 0xf0 && first < 0xf8:
		return 4
	case first >= 0xf8 && first < 0xfc:
		return 5
	case first >= 0xfc && first < 0xfe:
		return 6
	case first == 0xfe:
		return 7
	}
	return 0
}

// crc8 is the header's checksum, with the polynomial x^8 + x^2 + x + 1.
func crc8(b []byte) (sum byte) {
	for _, x := range b {
		sum ^= x
		for range 8 {
			if sum&0x80 != 0 {
				sum = sum<<1 ^ 7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

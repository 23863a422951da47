package sound

import (
	"bytes"
	"encoding/binary"
	"time"
)

// mp4 reads files whose sound is AAC in one track, as recorders and M4A files have it: each sample of the table plays 1,024
// samples of sound at the rate of the codec's own configuration, or what the table of times says, whichever is longer.
// Fragmented files and other codecs are not read.
func mp4(b []byte) (time.Duration, bool) {
	moov := box(b, "moov")
	if moov == nil || box(moov, "mvex") != nil || box(b, "moof") != nil {
		return 0, false
	}
	var sum time.Duration
	sounds := 0
	for rest := moov; ; {
		trak, after, ok := next(rest, "trak")
		if !ok {
			break
		}
		rest = after
		mdia := box(trak, "mdia")
		if hdlr := box(mdia, "hdlr"); len(hdlr) < 12 || string(hdlr[8:12]) != "soun" {
			continue
		}
		d, ok := track(mdia)
		if !ok {
			return 0, false
		}
		sum += d
		sounds++
	}
	return sum, sounds > 0
}

func track(mdia []byte) (time.Duration, bool) {
	stbl := box(box(mdia, "minf"), "stbl")
	mdhd, stsd, stsz, stts := box(mdia, "mdhd"), box(stbl, "stsd"), box(stbl, "stsz"), box(stbl, "stts")
	if len(mdhd) < 24 || len(stsz) < 12 || len(stts) < 8 {
		return 0, false
	}
	scale := int64(binary.BigEndian.Uint32(mdhd[12:]))
	if mdhd[0] == 1 {
		scale = int64(binary.BigEndian.Uint32(mdhd[20:]))
	}
	hz := aacRate(stsd)
	samples := int64(binary.BigEndian.Uint32(stsz[8:]))
	if hz == 0 || scale == 0 {
		return 0, false
	}
	var ticks int64
	for list := stts[8:]; len(list) >= 8; list = list[8:] {
		n, each := int64(binary.BigEndian.Uint32(list)), int64(binary.BigEndian.Uint32(list[4:]))
		if n > 0 && each > int64(most/time.Second)*scale/n {
			return 0, false
		}
		ticks += n * each
	}
	return max(played(1024*samples, hz), played(ticks, scale)), true
}

// aacRate finds the sample rate in the AudioSpecificConfig of an mp4a entry; 0 if the sound is anything but AAC.
func aacRate(stsd []byte) int64 {
	if len(stsd) < 16 || binary.BigEndian.Uint32(stsd[4:]) != 1 || string(stsd[12:16]) != "mp4a" {
		return 0
	}
	i := bytes.Index(stsd, []byte("esds"))
	if i < 0 {
		return 0
	}
	d := stsd[i+4:]
	for at := 4; at+2 < len(d); {
		tag := d[at]
		at++
		size := 0
		for range 4 {
			if at >= len(d) {
				return 0
			}
			x := d[at]
			at++
			size = size<<7 | int(x&0x7f)
			if x&0x80 == 0 {
				break
			}
		}
		switch tag {
		case 3: // the descriptor of the stream: its id and flags, then what is inside
			if at+3 > len(d) || d[at+2]&0xe0 != 0 {
				return 0
			}
			at += 3
		case 4:
			if at >= len(d) || d[at] != 0x40 { // MPEG-4 audio
				return 0
			}
			at += 13
		case 5:
			if size < 2 || at+2 > len(d) {
				return 0
			}
			kind, hz := d[at]>>3, int(d[at]&7)<<1|int(d[at+1]>>7)
			if (kind == 2 || kind == 5 || kind == 29) && hz < len(aacHertz) {
				return aacHertz[hz]
			}
			return 0
		default:
			at += size
		}
	}
	return 0
}

// box is the inside of the first box of a kind among the boxes of b; nil if there is none.
func box(b []byte, kind string) []byte {
	inside, _, _ := next(b, kind)
	return inside
}

// next is box, and what follows it.
func next(b []byte, kind string) (inside, after []byte, ok bool) {
	for len(b) >= 8 {
		size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch size {
		case 0:
			size = uint64(len(b))
		case 1:
			if len(b) < 16 {
				return nil, nil, false
			}
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < head || size > uint64(len(b)) {
			return nil, nil, false
		}
		if string(b[4:8]) == kind {
			return b[head:size], b[size:], true
		}
		b = b[size:]
	}
	return nil, nil, false
}

package sound

import "time"

// Bit rates in kbit/s by version and layer, and sample rates in Hz by version, of the MPEG audio header (ISO 11172-3, 13818-3).
var (
	rates1 = [4][15]int64{
		1: {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		2: {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
		3: {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
	}
	rates2 = [4][15]int64{
		1: {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		2: {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		3: {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
	}
	hertz = [4][3]int64{0: {11025, 12000, 8000}, 2: {22050, 24000, 16000}, 3: {44100, 48000, 32000}}
)

// aacHertz are the sample rates of AAC by index.
var aacHertz = [13]int64{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// sparse is how many bytes a second has at least where no frame is found: those of the lowest bit rate. What only looks
// broken to us is so counted as if a decoder found something in it.
const sparse = 8_000 / 8

// mpeg walks over the frames of MP3 (and its older layers) and of AAC with ADTS headers.
func mpeg(b []byte) (time.Duration, bool) {
	at := tagged(b)
	var sum time.Duration
	stray, frames := int64(0), 0
	for at+7 <= len(b) && sum <= most {
		size, long := mpegFrame(b[at:])
		if size == 0 {
			stray++
			at++
			continue
		}
		frames++
		sum += long
		at += size
	}
	stray += int64(max(len(b)-at, 0))
	return sum + played(stray, sparse), frames > 0
}

// tagged is where the sound begins behind ID3 tags.
func tagged(b []byte) (at int) {
	for len(b)-at >= 10 && string(b[at:at+3]) == "ID3" {
		n := int(b[at+6]&0x7f)<<21 | int(b[at+7]&0x7f)<<14 | int(b[at+8]&0x7f)<<7 | int(b[at+9]&0x7f)
		if at += 10 + n; at > len(b) {
			return 0 // a tag that swallows everything is none
		}
	}
	return at
}

// mpegFrame reads a header: the frame's size in bytes and how long it plays. A size of 0 means that there is none.
func mpegFrame(b []byte) (size int, long time.Duration) {
	if b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return 0, 0
	}
	version, layer := b[1]>>3&3, b[1]>>1&3
	if layer == 0 {
		return adtsFrame(b)
	}
	rate, hz := b[2]>>4, b[2]>>2&3
	if version == 1 || rate == 0 || rate == 15 || hz == 3 {
		return 0, 0
	}
	kbit, pad := rates2[layer][rate], int64(b[2]>>1&1)
	samples := int64(576)
	if version == 3 {
		kbit, samples = rates1[layer][rate], 1152
	}
	f := hertz[version][hz]
	switch layer {
	case 3:
		samples = 384
		size = int((12*kbit*1000/f + pad) * 4)
	case 2:
		samples = 1152
		size = int(144*kbit*1000/f + pad)
	default:
		size = int(samples/8*kbit*1000/f + pad)
	}
	return size, played(samples, f)
}

// adtsFrame reads AAC's header: up to four blocks of 1,024 samples. Where the decoder doubles rate and samples (SBR) the time
// stays the same.
func adtsFrame(b []byte) (size int, long time.Duration) {
	hz := int(b[2] >> 2 & 15)
	size = int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
	if b[1]&0xf0 != 0xf0 || hz >= len(aacHertz) || size < 7 {
		return 0, 0
	}
	return size, played(1024*(int64(b[6]&3)+1), aacHertz[hz])
}

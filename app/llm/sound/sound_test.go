package sound

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"
)

// le and be write numbers of 2 or 4 bytes.
func le(v ...any) (b []byte) {
	for _, x := range v {
		b, _ = binary.Append(b, binary.LittleEndian, x)
	}
	return b
}

func be(v ...any) (b []byte) {
	for _, x := range v {
		b, _ = binary.Append(b, binary.BigEndian, x)
	}
	return b
}

func wavFile(format, channels, bits uint16, rate uint32, said uint32, data int) []byte {
	block := channels * bits / 8
	b := slices.Concat([]byte("RIFF"), le(uint32(0)), []byte("WAVE"), []byte("LIST"), le(uint32(3)), []byte("abc\x00"),
		[]byte("fmt "), le(uint32(16), format, channels, rate, rate*uint32(block), block, bits), []byte("data"), le(said))
	return append(b, make([]byte, data)...)
}

// mp3Frame is MPEG 1 layer III at 128 kbit/s and 44,100 Hz: 417 bytes, 1,152 samples.
func mp3Frame() []byte { return append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 413)...) }

// slowFrame is MPEG 2.5 layer III at 8 kbit/s and 8,000 Hz: 72 bytes, 576 samples.
func slowFrame() []byte { return append([]byte{0xff, 0xe3, 0x18, 0x00}, make([]byte, 68)...) }

// adtsFrame1 is AAC at 16,000 Hz in 20 bytes: 1,024 samples.
func adtsFrame1() []byte {
	return append([]byte{0xff, 0xf1, 0x60, 0x40, 20 >> 3, 20 & 7 << 5, 0xfc}, make([]byte, 13)...)
}

func flacFile(frames int, headers ...byte) []byte {
	b := append([]byte("fLaC\x80\x00\x00\x22"), make([]byte, 34)...)
	b[18], b[19], b[20] = 44100>>12, 44100>>4&0xff, 44100&15<<4
	for range frames {
		h := append([]byte{0xff, 0xf8}, headers...)
		b = append(append(b, h...), crc8(h))
		b = append(b, make([]byte, 50)...)
	}
	return b
}

func oggPage(serial uint32, flags byte, packets ...[]byte) []byte {
	var table, body []byte
	for _, p := range packets {
		for n := len(p); ; n -= 255 {
			if n < 255 {
				table = append(table, byte(n))
				break
			}
			table = append(table, 255)
		}
		body = append(body, p...)
	}
	return slices.Concat([]byte("OggS\x00"), []byte{flags}, make([]byte, 8), le(serial), make([]byte, 8), []byte{byte(len(table))}, table, body)
}

func opusFile(packets ...[]byte) []byte {
	head := append([]byte("OpusHead\x01\x01"), make([]byte, 9)...)
	return slices.Concat(oggPage(7, 2, head), oggPage(7, 0, []byte("OpusTags")), oggPage(7, 4, packets...))
}

func vorbisFile(packets int) []byte {
	head := slices.Concat([]byte("\x01vorbis"), le(uint32(0)), []byte{1}, le(uint32(48000)), make([]byte, 12), []byte{0xb8, 1})
	b := slices.Concat(oggPage(9, 2, head), oggPage(9, 0, []byte("\x03vorbis"), make([]byte, 600)))
	for range packets {
		b = append(b, oggPage(9, 0, make([]byte, 30))...)
	}
	return b
}

func mp4Box(kind string, parts ...[]byte) []byte {
	inside := slices.Concat(parts...)
	return slices.Concat(be(uint32(8+len(inside))), []byte(kind), inside)
}

// mp4File has samples of AAC, whose configuration says a rate by index; ticks is what its table of times says of each.
func mp4File(samples, ticks uint32, rate byte, more ...[]byte) []byte {
	config := []byte{2<<3 | rate>>1, rate&1<<7 | 1<<3}
	esds := mp4Box("esds", make([]byte, 4), []byte{3, 0x80, 0x80, 0x80, 25, 0, 1, 0}, []byte{4, 17, 0x40}, make([]byte, 12), []byte{5, 2}, config)
	stsd := mp4Box("stsd", be(uint32(0), uint32(1)), mp4Box("mp4a", make([]byte, 28), esds))
	stbl := mp4Box("stbl", stsd, mp4Box("stsz", be(uint32(0), uint32(0), samples)), mp4Box("stts", be(uint32(0), uint32(1), samples, ticks)))
	mdia := mp4Box("mdia", mp4Box("mdhd", be(uint32(0), uint32(0), uint32(0), uint32(16000), uint32(0), uint32(0))), mp4Box("hdlr", make([]byte, 8), []byte("soun"), make([]byte, 12)), mp4Box("minf", stbl))
	moov := append([][]byte{mp4Box("trak", mdia)}, more...)
	return slices.Concat(mp4Box("ftyp", []byte("M4A ")), mp4Box("moov", moov...), mp4Box("mdat", make([]byte, 10)))
}

func TestLength(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	lots := func(f []byte, n int) []byte { return slices.Repeat(f, n) }
	for _, x := range []struct {
		name        string
		file        []byte
		least, most time.Duration // 0 and 0: cannot be told
	}{
		{"PCM", wavFile(1, 2, 16, 44100, 176400, 176400), time.Second, time.Second + ms},
		{"PCM whose header says less than there is", wavFile(1, 1, 16, 8000, 2, 32000), 2 * time.Second, 2*time.Second + ms},
		{"PCM whose header says more than there is", wavFile(1, 1, 16, 8000, 0xffffffff, 16000), time.Second, time.Second + ms},
		{"µ-law", wavFile(7, 1, 8, 8000, 0, 4000), 500 * ms, 501 * ms},
		{"a codec inside WAV", wavFile(0x55, 1, 16, 8000, 0, 4000), 0, 0},
		{"PCM of nothing", wavFile(1, 0, 16, 8000, 0, 4000), 0, 0},
		{"MP3", lots(mp3Frame(), 100), 2612 * ms, 2613 * ms},
		{"MP3 with a tag and a picture in it", slices.Concat([]byte("ID3\x04\x00\x00\x00\x00\x07\x68"), make([]byte, 1000), lots(mp3Frame(), 100)), 2612 * ms, 2613 * ms},
		{"MP3 whose tag hides everything", slices.Concat([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), lots(mp3Frame(), 100)), 2612 * ms, 2700 * ms},
		{"MP3 at the lowest rate", lots(slowFrame(), 10), 720 * ms, 720 * ms},
		{"MP3 with rubbish between", slices.Concat(mp3Frame(), make([]byte, 1000), mp3Frame()), 1052 * ms, 1053 * ms},
		{"a word that begins like MP3", []byte("\xff\xffnot at all"), 0, 0},
		{"ADTS", lots(adtsFrame1(), 10), 640 * ms, 640 * ms},
		{"FLAC", flacFile(10, 0xc9, 0x18, 0x00), 928 * ms, 929 * ms}, // 4,096 samples at 44,100 Hz
		{"FLAC with a size and a rate of its own", flacFile(10, 0x7c, 0x18, 0x00, 0x1f, 0x3f, 8), 10 * time.Second, 10 * time.Second},
		{"FLAC without frames", flacFile(0), 0, 0},
		{"Opus", opusFile([]byte{0x08, 1}, []byte{0x08, 2}, []byte{0x0b, 3, 3}), 2*20*ms + 60*ms, 2*20*ms + 60*ms},
		{"Opus whose last frames are lost", opusFile([]byte{}, []byte{0x03}), 240 * ms, 240 * ms},
		{"Opus in a page that breaks off", opusFile([]byte{0x08, 1})[:100], 0, 0},
		{"Vorbis", vorbisFile(100), 2133 * ms, 2134 * ms}, // half of 2,048 samples at 48,000 Hz, each
		{"Ogg with something else", oggPage(1, 2, []byte("Speex   ")), 0, 0},
		{"AAC in MP4", mp4File(100, 1024, 8), 6400 * ms, 6400 * ms},
		{"AAC in MP4 that says it is short", mp4File(100, 1, 8), 6400 * ms, 6400 * ms},
		{"AAC in MP4 that says it is long", mp4File(100, 16000, 8), 100 * time.Second, 100 * time.Second},
		{"AAC in MP4 beyond counting", mp4File(0xffffffff, 0xffffffff, 8), 0, 0},
		{"a fragmented MP4", mp4File(100, 1024, 8, mp4Box("mvex")), 0, 0},
		{"MP4 without sound", slices.Concat(mp4Box("ftyp", []byte("M4A ")), mp4Box("moov")), 0, 0},
		{"WebM", []byte("\x1aE\xdf\xa3 and so on"), 0, 0},
		{"nothing", nil, 0, 0},
		{"text", []byte("It was a dark and stormy night."), 0, 0},
	} {
		d, ok := Length(x.file)
		if ok != (x.most > 0) || ok && (d < x.least || d > x.most) {
			t.Errorf("%s: %s, %v; want %s to %s", x.name, d, ok, x.least, x.most)
		}
	}
}

func FuzzLength(f *testing.F) {
	for _, b := range [][]byte{wavFile(1, 2, 16, 44100, 100, 100), mp3Frame(), slowFrame(), adtsFrame1(), flacFile(2, 0xc9, 0x18, 0x00), opusFile([]byte{0x08, 1}), vorbisFile(2), mp4File(3, 4, 8)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, ok := Length(b); d < 0 && ok || ok && d > most {
			t.Errorf("%s", d)
		}
		// More of the same never plays shorter.
		if d, ok := Length(b); ok && len(b) > 4 && string(b[:4]) == "RIFF" {
			if longer, ok := Length(append(slices.Clip(b), 0, 0, 0, 0)); !ok || longer < d {
				t.Errorf("%s, and with more %s", d, longer)
			}
		}
	})
}

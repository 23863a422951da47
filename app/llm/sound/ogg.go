package sound

import (
	"encoding/binary"
	"time"
)

// oggStream is one of the streams in a file.
type oggStream struct {
	serial  uint32
	packets int64
	opus    bool
	rate    int64 // Vorbis
	block   int64 // Vorbis: samples of its long blocks
	open    bool  // a packet goes on in the next page
	sum     time.Duration
}

// ogg walks over the packets of all pages. A packet of Opus says itself how long it plays; one of Vorbis plays at most half
// of a long block. Streams beside or behind each other are added up.
func ogg(b []byte) (time.Duration, bool) {
	var streams [8]oggStream
	used := 0
	for at := 0; at < len(b); {
		if len(b)-at < 27 || string(b[at:at+4]) != "OggS" {
			return 0, false
		}
		count := int(b[at+26])
		if len(b)-at < 27+count {
			return 0, false
		}
		table, body := b[at+27:at+27+count], at+27+count
		serial := binary.LittleEndian.Uint32(b[at+14:])
		s := find(&streams, &used, serial)
		if s == nil {
			return 0, false
		}
		if b[at+5]&2 != 0 { // the first page of a stream
			*s = oggStream{serial: serial, sum: s.sum}
		}
		from := body
		for i, size := range table {
			end := body + int(size)
			if end > len(b) {
				return 0, false
			}
			body = end
			if size == 255 && i+1 < len(table) {
				continue
			}
			if !s.open && !s.packet(b[from:end]) {
				return 0, false
			}
			s.open = size == 255
			from = end
		}
		at = body
	}
	var sum time.Duration
	for i := range streams[:used] {
		sum += streams[i].sum
	}
	return sum, used > 0
}

func find(streams *[8]oggStream, used *int, serial uint32) *oggStream {
	for i := range streams[:*used] {
		if streams[i].serial == serial {
			return &streams[i]
		}
	}
	if *used == len(streams) {
		return nil
	}
	*used++
	streams[*used-1] = oggStream{serial: serial}
	return &streams[*used-1]
}

// packet takes a packet, or its beginning if it is longer than a page. It reports whether that makes sense.
func (s *oggStream) packet(p []byte) bool {
	n := s.packets
	if s.packets++; n == 0 {
		switch {
		case len(p) >= 19 && string(p[:8]) == "OpusHead":
			s.opus = true
			return true
		case len(p) >= 30 && string(p[:7]) == "\x01vorbis":
			s.rate, s.block = int64(binary.LittleEndian.Uint32(p[12:])), 1<<(p[28]>>4)
			return s.rate > 0 && s.block >= 64 && s.block <= 8192
		}
		return false
	}
	if s.opus {
		if n > 1 { // the second holds the comments
			s.sum += opus(p)
		}
		return s.sum <= most
	}
	if n > 2 { // comments and books
		s.sum += played(s.block/2, s.rate)
	}
	return s.sum <= most
}

// opus is how long a packet plays (RFC 6716, section 3.1): at most 120 ms.
func opus(p []byte) time.Duration {
	if len(p) == 0 {
		return 120 * time.Millisecond // lost: a decoder makes something up
	}
	config := p[0] >> 3
	var frame time.Duration
	switch {
	case config < 12:
		frame = [4]time.Duration{10, 20, 40, 60}[config&3] * time.Millisecond
	case config < 16:
		frame = [2]time.Duration{10, 20}[config&1] * time.Millisecond
	default:
		frame = 2500 * time.Microsecond << (config & 3)
	}
	switch p[0] & 3 {
	case 0:
		return frame
	case 1, 2:
		return 2 * frame
	}
	if len(p) < 2 {
		return 120 * time.Millisecond
	}
	return min(frame*time.Duration(max(p[1]&63, 1)), 120*time.Millisecond)
}

package bedrock

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// AWS's event stream: a prelude of two lengths and their checksum, headers, a payload, and a checksum of all of it. Numbers
// are big-endian, checksums CRC-32 (IEEE).
const (
	preludeSize = 12
	frameRest   = preludeSize + 4 // of a frame beside headers and payload
	maxFrame    = 1 << 20         // like an event of any other dialect; Bedrock's are a few kilobytes
	stringType  = 7
)

// frame is one message. Its payload lies in Raw.
type frame struct {
	Raw     []byte
	Payload []byte
	// Type is the event's or the exception's, and Exception says which of them it is.
	Type      string
	Exception bool
	// Message is what an "error" message says, which has no payload.
	Message string
}

// Why a frame cannot be read.
var (
	errFrame = errors.New("bedrock: a frame's lengths cannot be right")
	errSum   = errors.New("bedrock: a frame's checksum is wrong")
)

// readFrame reads the next frame into buf, which grows. io.EOF is an end between frames, io.ErrUnexpectedEOF one inside.
func readFrame(r io.Reader, buf []byte) (frame, []byte, error) {
	buf = append(buf[:0], make([]byte, preludeSize)...)
	if _, err := io.ReadFull(r, buf); err != nil {
		return frame{}, buf, err
	}
	size, err := frameSize(buf)
	if err != nil {
		return frame{}, buf, err
	}
	buf = append(buf, make([]byte, size-preludeSize)...)
	if _, err := io.ReadFull(r, buf[preludeSize:]); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return frame{}, buf, err
	}
	f, err := parseFrame(buf)
	return f, buf, err
}

// frameSize reads a prelude.
func frameSize(b []byte) (int, error) {
	total, headers := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	switch {
	case crc32.ChecksumIEEE(b[:8]) != binary.BigEndian.Uint32(b[8:]):
		return 0, errSum
	case total > maxFrame || total < frameRest || headers > total-frameRest:
		return 0, errFrame
	}
	return int(total), nil
}

// parseFrame reads one whole frame, nothing before and nothing behind.
func parseFrame(b []byte) (frame, error) {
	if len(b) < frameRest {
		return frame{}, errFrame
	}
	size, err := frameSize(b)
	if err != nil {
		return frame{}, err
	}
	if size != len(b) {
		return frame{}, errFrame
	}
	if crc32.ChecksumIEEE(b[:size-4]) != binary.BigEndian.Uint32(b[size-4:]) {
		return frame{}, errSum
	}
	split := preludeSize + int(binary.BigEndian.Uint32(b[4:]))
	f := frame{Raw: b, Payload: b[split : size-4]}
	return f, f.headers(b[preludeSize:split])
}

// sizes are the lengths of header values by type; -1 stands for a length of two bytes in front, and no other is fixed.
var sizes = [...]int{0, 0, 1, 2, 4, 8, -1, -1, 8, 16}

func (f *frame) headers(b []byte) error {
	kind, code := "", ""
	for len(b) > 0 {
		n := int(b[0])
		if len(b) < n+2 || int(b[n+1]) >= len(sizes) {
			return errFrame
		}
		name, typed, rest := string(b[1:n+1]), b[n+1], b[n+2:]
		size := sizes[typed]
		if size < 0 {
			if len(rest) < 2 {
				return errFrame
			}
			size, rest = int(binary.BigEndian.Uint16(rest)), rest[2:]
		}
		if len(rest) < size {
			return errFrame
		}
		if typed == stringType {
			switch value := string(rest[:size]); name {
			case ":message-type":
				kind = value
			case ":event-type", ":exception-type":
				f.Type = value
			case ":error-code":
				code = value
			case ":error-message":
				f.Message = value
			}
		}
		b = rest[size:]
	}
	switch kind {
	case "event":
	case "exception":
		f.Exception = true
	case "error":
		f.Exception, f.Type = true, code
	default:
		return fmt.Errorf("bedrock: a frame has the message type %q", kind)
	}
	return nil
}

// AppendFrame appends a frame with a JSON payload. kind is "event" or "exception".
func AppendFrame(dst []byte, kind, name string, payload []byte) []byte {
	from := len(dst)
	dst = append(dst, make([]byte, preludeSize)...)
	dst = appendHeader(dst, ":"+kind+"-type", name)
	dst = appendHeader(dst, ":content-type", "application/json")
	dst = appendHeader(dst, ":message-type", kind)
	headers := len(dst) - from - preludeSize
	dst = append(dst, payload...)
	b := dst[from:]
	binary.BigEndian.PutUint32(b, uint32(len(b)+4))
	binary.BigEndian.PutUint32(b[4:], uint32(headers))
	binary.BigEndian.PutUint32(b[8:], crc32.ChecksumIEEE(b[:8]))
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(b))
}

func appendHeader(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, byte(len(name))), name...), stringType)
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(value))), value...)
}

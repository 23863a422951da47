package bedrock

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

func TestFramesAreAWSsOwn(t *testing.T) {
	t.Parallel()
	ours := AppendFrame(nil, "event", "messageStart", []byte(`{"role":"assistant"}`))
	m, err := eventstream.NewDecoder().Decode(bytes.NewReader(ours), nil)
	if err != nil || string(m.Payload) != `{"role":"assistant"}` || m.Headers.Get(":event-type").String() != "messageStart" || m.Headers.Get(":message-type").String() != "event" {
		t.Fatalf("%+v, %v", m, err)
	}
	// Whatever types a header has, the frame is read over it.
	m.Headers.Set("odd", eventstream.BytesValue("x"))
	m.Headers.Set("even", eventstream.Int64Value(7))
	m.Headers.Set("flag", eventstream.BoolValue(true))
	m.Headers.Set("uuid", eventstream.UUIDValue{})
	var theirs bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&theirs, m); err != nil {
		t.Fatal(err)
	}
	f, _, err := readFrame(&theirs, nil)
	if err != nil || f.Type != "messageStart" || f.Exception || string(f.Payload) != `{"role":"assistant"}` {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestAFrameWithAWrongBitIsNotRead flips every bit of a frame: none may pass.
func TestAFrameWithAWrongBitIsNotRead(t *testing.T) {
	t.Parallel()
	good := AppendFrame(nil, "event", "messageStop", []byte(`{"stopReason":"end_turn"}`))
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			if _, _, err := readFrame(bytes.NewReader(bad), nil); !errors.Is(err, errSum) && !errors.Is(err, errFrame) {
				t.Errorf("byte %d, bit %d: %v", i, bit, err)
			}
		}
	}
}

func TestABrokenStreamNeverLooksWhole(t *testing.T) {
	t.Parallel()
	start := AppendFrame(nil, "event", "messageStart", []byte(`{"role":"assistant"}`))
	stop := AppendFrame(nil, "event", "messageStop", []byte(`{"stopReason":"end_turn"}`))
	end := AppendFrame(nil, "event", "metadata", []byte(`{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}`))
	flipped := bytes.Clone(stop)
	flipped[20] ^= 1
	for _, x := range []struct {
		name string
		body []byte
		want string
	}{
		{"whole", bytes.Join([][]byte{start, stop, end}, nil), "data data terminal"},
		{"whole but for its usage", bytes.Join([][]byte{start, stop}, nil), "data data terminal"},
		{"cut between frames", start, "data truncated"},
		{"cut inside one", append(bytes.Clone(start), stop[:30]...), "data truncated"},
		{"nothing", nil, "truncated"},
		{"a wrong bit", append(bytes.Clone(start), flipped...), "data failed"},
		{"usage before the end", append(bytes.Clone(start), end...), "data failed"},
		{"no JSON", append(bytes.Clone(start), AppendFrame(nil, "event", "messageStop", []byte(`<html>`))...), "data failed"},
		{"an exception", append(bytes.Clone(start), AppendFrame(nil, "exception", "throttlingException", []byte(`{"message":"slower"}`))...), "data failed"},
		{"text in place of frames", []byte("data: {\"choices\":[]}\n\n"), "failed"},
	} {
		s := Wire{}.Stream(io.NopCloser(bytes.NewReader(x.body)), nil)
		var said []string
		for {
			e, err := s.Next()
			if errors.Is(err, llm.ErrTruncated) {
				said = append(said, "truncated")
			}
			if err != nil {
				break
			}
			said = append(said, [...]string{"data", "usage", "terminal", "failed"}[e.Kind])
		}
		if got := strings.Join(said, " "); got != x.want {
			t.Errorf("%s: %s", x.name, got)
		}
	}
}

// FuzzStream feeds the reader with anything: it must end, and never give an event whose frame AWS's reader refuses.
func FuzzStream(f *testing.F) {
	f.Add(AppendFrame(AppendFrame(nil, "event", "messageStart", []byte(`{"role":"assistant"}`)), "exception", "throttlingException", []byte(`{"message":"x"}`)))
	f.Add([]byte{0, 0, 0, 16, 0, 0, 0, 0, 5, 194, 72, 235, 125, 152, 200, 255})
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newStream(io.NopCloser(bytes.NewReader(body)))
		for {
			e, err := s.Next()
			if err != nil {
				return
			}
			if len(e.Raw) == 0 {
				continue
			}
			if _, err := eventstream.NewDecoder().Decode(bytes.NewReader(e.Raw), nil); err != nil {
				t.Errorf("%v: %q", err, e.Raw)
			}
		}
	})
}

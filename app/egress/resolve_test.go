package egress_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/egress"
)

// A name server that is mute holds nobody: when the one who asks is gone, so is the question, and not seconds later.
func TestAQuestionEndsWithItsAsker(t *testing.T) {
	t.Parallel()
	mute, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	sockets := make(chan *net.UDPConn, 16)
	e := egress.New(egress.Config{AllowPrivate: allow, ConnectTimeout: time.Minute, Resolver: &net.Resolver{PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, "udp", mute.LocalAddr().String())
			if u, ok := c.(*net.UDPConn); ok {
				sockets <- u
			}
			return c, err
		}}})
	ctx, gone := context.WithCancel(t.Context())
	go func() {
		_, _, _ = mute.ReadFrom(make([]byte, 1500))
		gone()
	}()
	if _, _, err := ask(ctx, e, "POST", "http://mute.test:8080", nil); !egress.Unsent(err) {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { _, err := (<-sockets).Read(make([]byte, 1)); over <- err }()
	select {
	case err := <-over:
		if err == nil {
			t.Error("the mute one spoke")
		}
	case <-time.After(3 * time.Second):
		t.Error("the question is still waiting")
	}
}

func TestWithoutANameServerNothingIsSent(t *testing.T) {
	t.Parallel()
	none := errors.New("no network")
	e := egress.New(egress.Config{AllowPrivate: allow, Resolver: &net.Resolver{PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, none }}})
	if _, _, err := ask(t.Context(), e, "POST", "http://any.test:8080", nil); !egress.Unsent(err) {
		t.Errorf("%v", err)
	}
}

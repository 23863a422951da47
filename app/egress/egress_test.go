package egress_test

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// The tests live on two loopback addresses: 127.0.0.2 is the allowed provider, everything else on loopback is forbidden.
const provider, internal = "127.0.0.2", "127.0.0.1"

var allow = []netip.Prefix{netip.MustParsePrefix(provider + "/32")}

// counted is a listener that counts what reaches the socket.
func counted(t *testing.T, address string) (port string, connects *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	connects = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connects.Add(1)
			_ = c.Close()
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, connects
}

func serve(t *testing.T, address string, h http.Handler) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	s.Listener = l
	t.Cleanup(s.Close)
	return s
}

// names is a resolver whose answers the test writes: each question takes the next answer, the last one stays.
func names(t *testing.T, answers map[string][]string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	go func() {
		buf, asked := make([]byte, 1500), map[string]int{}
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = pc.WriteTo(answer(buf[:n], answers, asked), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// answer speaks as much DNS as a look-up needs (RFC 1035): the question echoed, and A records that point back at it.
func answer(q []byte, answers map[string][]string, asked map[string]int) []byte {
	end, name := 12, ""
	for q[end] != 0 {
		name += string(q[end+1:end+1+int(q[end])]) + "."
		end += 1 + int(q[end])
	}
	kind := binary.BigEndian.Uint16(q[end+1:])
	list := answers[strings.TrimSuffix(name, ".")]
	r := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end+5]...)
	switch {
	case list == nil:
		r[3] |= 3 // NXDOMAIN
	case kind == 1:
		i := min(asked[name], len(list)-1)
		asked[name]++
		for a := range strings.SplitSeq(list[i], ",") {
			r[7]++
			r = append(r, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			ip := netip.MustParseAddr(a).As4()
			r = append(r, ip[:]...)
		}
	}
	return r
}

func post(t *testing.T, e *egress.Egress, url string) (*http.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := e.Transport().RoundTrip(r)
	if err == nil {
		t.Cleanup(func() { _ = resp.Body.Close() })
	}
	return resp, err
}

func TestNoSpellingOfLoopbackReachesTheSocket(t *testing.T) {
	t.Parallel()
	port, connects := counted(t, "0.0.0.0:0")
	e := egress.New(egress.Config{})
	// The dial is tried as if CheckURL had let everything through.
	for _, h := range []string{"127.0.0.1", "127.9.9.9", "0.0.0.0", "localhost", "localhost.", "[::ffff:127.0.0.1]", "[::1]", "[::]", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"} {
		for _, scheme := range []string{"http", "https"} {
			_, err := post(t, e, scheme+"://"+h+":"+port+"/v1")
			if err == nil || !egress.Unsent(err) {
				t.Errorf("%s://%s: %v; want an error before anything was sent", scheme, h, err)
			}
		}
	}
	if n := connects.Load(); n != 0 {
		t.Errorf("%d forbidden connects", n)
	}
}

func TestARebindingNameNeverReachesTheForbiddenAddress(t *testing.T) {
	t.Parallel()
	port, connects := counted(t, internal+":0")
	good := serve(t, provider+":"+port, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") }))
	good.Start()
	e := egress.New(egress.Config{AllowPrivate: allow, Resolver: names(t, map[string][]string{
		"rebind.test": {provider, internal, provider, internal, provider, internal},
		"both.test":   {internal + "," + provider},
	})})
	var ok, refused int
	for range 6 {
		_, err := post(t, e, "http://rebind.test:"+port)
		switch f := fault.From(err); {
		case err == nil:
			ok++
		case f.Code == "address_refused" && egress.Unsent(err):
			refused++
		default:
			t.Errorf("unexpected: %v", err)
		}
	}
	if ok != 3 || refused != 3 {
		t.Errorf("%d answered, %d refused; want 3 and 3", ok, refused)
	}
	if _, err := post(t, e, "http://both.test:"+port); err != nil {
		t.Errorf("a name with one good address must still work: %v", err)
	}
	if n := connects.Load(); n != 0 {
		t.Errorf("%d forbidden connects", n)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	port, connects := counted(t, internal+":0")
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, provider+":0", http.RedirectHandler("http://"+internal+":"+port+"/latest/meta-data/", status))
		s.Start()
		resp, err := post(t, egress.New(egress.Config{AllowPrivate: allow}), s.URL)
		if err != nil || resp.StatusCode != status {
			t.Errorf("%d: got %v, %v", status, resp, err)
		}
	}
	if n := connects.Load(); n != 0 {
		t.Errorf("%d redirects followed", n)
	}
}

func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	port, connects := counted(t, internal+":0")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, "http://"+internal+":"+port)
	}
	s := serve(t, provider+":0", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Start()
	e := egress.New(egress.Config{AllowPrivate: allow, Resolver: names(t, map[string][]string{"model.test": {provider}})})
	resp, err := post(t, e, "http://model.test:"+portOf(s))
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("got %v, %v", resp, err)
	}
	if n := connects.Load(); n != 0 {
		t.Errorf("%d requests went to the proxy", n)
	}
}

func portOf(s *httptest.Server) string {
	_, p, _ := net.SplitHostPort(s.Listener.Addr().String())
	return p
}

func TestPlainHTTPGoesOnlyToAllowedNetworks(t *testing.T) {
	t.Parallel()
	// 192.0.2.1 stands for a public address here: it must be refused before the dial, so nothing ever leaves.
	e := egress.New(egress.Config{AllowPrivate: allow, Resolver: names(t, map[string][]string{"public.test": {"8.8.8.8"}})})
	_, err := post(t, e, "http://public.test:8080")
	if f := fault.From(err); f == nil || f.Code != "address_refused" || !strings.Contains(f.Public, "BODHI_EGRESS_ALLOW_PRIVATE") {
		t.Errorf("got %v", err)
	}
	if strings.Contains(fault.From(err).Public, "8.8.8.8") {
		t.Error("the refusal tells where the name leads")
	}
}

func TestHTTP2OverTLS(t *testing.T) {
	t.Parallel()
	s := serve(t, provider+":0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	s.EnableHTTP2 = true
	s.StartTLS()
	resolver := names(t, map[string][]string{"example.com": {provider}})
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	resp, err := post(t, egress.New(egress.Config{AllowPrivate: allow, Resolver: resolver, Roots: roots}), "https://example.com:"+portOf(s))
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(resp.Body); string(body) != "HTTP/2.0" {
		t.Errorf("spoke %s", body)
	}
	// An unknown authority is refused, and nothing of the request was sent.
	_, err = post(t, egress.New(egress.Config{AllowPrivate: allow, Resolver: resolver}), "https://example.com:"+portOf(s))
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) || !egress.Unsent(err) {
		t.Errorf("got %v", err)
	}
}

func TestUnsentTellsVoidFromAmbiguous(t *testing.T) {
	t.Parallel()
	resolver := names(t, map[string][]string{"hole.test": {provider}})
	e := egress.New(egress.Config{AllowPrivate: allow, Resolver: resolver})
	closed := serve(t, provider+":0", nil)
	closed.Start()
	closed.Close()
	silent, err := net.Listen("tcp", provider+":0") // completes TCP, never the handshake
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	reset := serve(t, provider+":0", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	reset.Start()
	hasty := egress.New(egress.Config{AllowPrivate: allow, TLSTimeout: 50 * time.Millisecond})

	for _, c := range []struct {
		name, url string
		e         *egress.Egress
		unsent    bool
	}{
		{"a refused connection", closed.URL, e, true},
		{"a name that does not exist", "http://nowhere.test:8080", e, true},
		{"a forbidden address", "http://" + internal + ":8080", e, true},
		{"a scheme that is none of ours", "ftp://" + provider, e, true},
		{"a handshake that never ends", "https://" + silent.Addr().String(), hasty, true},
		{"a connection reset after the request", reset.URL, e, false},
	} {
		_, err := post(t, c.e, c.url)
		if err == nil || egress.Unsent(err) != c.unsent {
			t.Errorf("%s: unsent = %v, want %v (%v)", c.name, egress.Unsent(err), c.unsent, err)
		}
	}
}

// A provider that drops a reused connection must see the request once if it may have read it, and again only if it
// provably read nothing.
func TestAPostIsNeverRepeatedBehindOurBack(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	executions := 0
	s := serve(t, provider+":0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		mu.Lock()
		executions++
		n := executions
		mu.Unlock()
		if n == 2 { // the second comes on the reused connection: executed, then cut
			panic(http.ErrAbortHandler)
		}
	}))
	s.Start()
	e := egress.New(egress.Config{AllowPrivate: allow})
	first, err := post(t, e, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, first.Body)
	_ = first.Body.Close()
	client := http.Header{"Idempotency-Key": {"k"}, "X-Idempotency-Key": {"k"}}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("{}"))
	egress.ForwardRequest(r.Header, client)
	if _, err = e.Transport().RoundTrip(r); err == nil || egress.Unsent(err) {
		t.Errorf("got %v; want an ambiguous error", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if executions != 2 {
		t.Errorf("the provider executed %d requests, we made 2", executions)
	}
}

func TestACompressedAnswerStaysAsSent(t *testing.T) {
	t.Parallel()
	bomb := "\x1f\x8b not really gzip"
	s := serve(t, provider+":0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			t.Errorf("asked for %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, bomb)
	}))
	s.Start()
	resp, err := post(t, egress.New(egress.Config{AllowPrivate: allow}), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); string(body) != bomb || err != nil {
		t.Errorf("got %q, %v", body, err)
	}
}

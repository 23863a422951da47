package egress_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/egress"
)

func TestInside(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://example.com/a.png": false, "https://8.8.8.8/a.png": false, "https://[2606:4700::1111]/a.png": false, "gs://bucket/a.png": false,
		"data:image/png;base64,AAAA": false, "http://169.254.169.254/latest/meta-data": true, "http://10.1.2.3/a": true, "HTTP://192.168.0.1": true,
		"https://localhost:8080/a": true, "http://x.localhost/a": true, "http://127.0.0.1/a": true, "http://[::1]/a": true, "http://[::ffff:10.0.0.1]/a": true,
		"http://[fd00::1]/a": true, "http://2130706433/a": true, "http://0x7f.1/a": true, "http://127.1/a": true, "http://metadata.google.internal/x": true,
		"http://user@10.0.0.1/a": true, "http://10.0.0.1.": true, "http://bad host/": true,
	} {
		if got := egress.Inside(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

package app

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Each would put its own new key in front of the old one, and what the other one had put under its key by then would be lost; one that
// forgets would take the key out that the other one still reads with.
func TestTwoRotationsOfOneDataDirectoryDoNotRunAtOnce(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: t.TempDir()}
	cfg.DatabaseURL = secret.New("sqlite://" + cfg.DataDir + "/bodhi.db")
	_, err := Bootstrap(t.Context(), cfg, quiet, onboard.Bootstrap{Org: "Acme", Admin: "a@acme.test", Password: secret.New("correct zebra staple 9")})
	must(t, err)
	during := 0
	did, err := RotateKEK(t.Context(), cfg, quiet, false, func(int, int) {
		for _, forget := range []bool{false, true} {
			if during++; during > 2 {
				return
			}
			if _, err := RotateKEK(t.Context(), cfg, quiet, forget, nil); err == nil || !strings.Contains(err.Error(), "another rotate-kek is at work") {
				t.Errorf("a second rotation while one is under way, forget %v: %v", forget, err)
			}
		}
	})
	must(t, err)
	if keys, err := readMasterKeys(filepath.Join(cfg.DataDir, masterKeyFile)); err != nil || len(keys) != 2 || during != 2 || !did.Made {
		t.Errorf("%d keys after one rotation, %d tried besides, %+v, %v", len(keys), during, did, err)
	}
	if did, err = RotateKEK(t.Context(), cfg, quiet, true, nil); err != nil || did.Forgotten != 1 {
		t.Errorf("the next one, alone: %+v, %v", did, err)
	}
}

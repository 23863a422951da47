package harness

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Nginx is a running nginx, set up by the file that we give to customers.
type Nginx struct {
	URL    string
	Client *http.Client // believes its certificate
}

// StartNginx runs docs/deploy/nginx.conf in front of two nodes, at an address that is nobody's yet. It ends with the test.
func StartNginx(t testing.TB, addr string, nodes ...string) *Nginx {
	t.Helper()
	binary := os.Getenv("NGINX")
	if binary == "" {
		Missing(t, "NGINX is not set; scripts/services.sh sets it")
	}
	dir := t.TempDir()
	roots := certify(t, dir)
	text, err := os.ReadFile(filepath.Join(Root(), "docs", "deploy", "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	site := string(text)
	for was, is := range map[string]string{"127.0.0.1:8081": nodes[0], "127.0.0.1:8082": nodes[1], "listen 443": "listen " + addr, "/etc/ssl/bodhi": dir + "/bodhi"} {
		if !strings.Contains(site, was) {
			t.Fatalf("docs/deploy/nginx.conf says nothing of %s", was)
		}
		site = strings.ReplaceAll(site, was, is)
	}
	main := "daemon off;\nworker_processes 2;\npid " + dir + "/pid;\nerror_log " + dir + "/error.log info;\nevents {}\nhttp {\naccess_log " + dir + "/access.log;\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		main += kind + "_temp_path " + dir + "/" + kind + ";\n"
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(main+site+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-e", filepath.Join(dir, "early.log"), "-p", dir, "-c", file)
	out := &lines{}
	cmd.Stdout, cmd.Stderr = out, out
	if os.Getuid() == 0 { // its workers would be of another user, who cannot read what is there
		cmd.Args = append(cmd.Args, "-g", "user root;")
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := &Nginx{URL: "https://" + addr, Client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Logf("what nginx wrote:\n%s%s", out.String(), tail(string(said), 6000))
		}
	})
	Wait(t, "nginx to answer", func() bool {
		resp, err := n.Client.Get(n.URL + "/healthz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return n
}

// certify writes a certificate of 127.0.0.1 into dir, and gives what believes it.
func certify(t testing.TB, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bodhi"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	for name, block := range map[string]*pem.Block{"bodhi.crt": {Type: "CERTIFICATE", Bytes: der}, "bodhi.key": {Type: "EC PRIVATE KEY", Bytes: private}} {
		text := pem.EncodeToMemory(block)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		pool.AppendCertsFromPEM(text)
	}
	return pool
}

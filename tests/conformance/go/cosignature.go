package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

const (
	cosignatureType = 0x04
	cosignatureSize = 8 + ed25519.SignatureSize
)

// judgeCosignature checks that the log signed a checkpoint and that the witness
// cosigned it (c2sp.org/tlog-cosignature, cosignature/v1). The note itself is opened by
// x/mod's sumdb/note; only the verifier of this signature type is ours.
func judgeCosignature(witness, vkey, file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(vkey, data)
	if err != nil {
		return "", err
	}
	verifier, err := newCosigner(witness)
	if err != nil {
		return "", err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return "", fmt.Errorf("cosignature: %v", err)
	}
	raw, err := base64.StdEncoding.DecodeString(opened.Sigs[0].Base64)
	if err != nil {
		return "", fmt.Errorf("cosignature: %v", err)
	}
	// Four bytes of key hash stand before what the signature type defines.
	return fmt.Sprintf("%s at %d", verdict(tree), binary.BigEndian.Uint64(raw[4:])), nil
}

// cosigner is a note.Verifier for timestamped Ed25519 cosignatures.
type cosigner struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("witness key: %q", vkey)
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, fmt.Errorf("witness key: %v", err)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignatureType {
		return nil, fmt.Errorf("witness key: not of type 4: %q", parts[2])
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if hex.EncodeToString(sum[:4]) != parts[1] {
		return nil, fmt.Errorf("witness key: its ID does not fit")
	}
	return &cosigner{parts[0], uint32(id), ed25519.PublicKey(key[1:])}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != cosignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(c.public, []byte(message), signature[8:])
}

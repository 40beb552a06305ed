package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// judgeProof checks a c2sp.org/tlog-proof@v1 file against the entry it is about.
func judgeProof(vkey, proofFile, entryFile string) (string, error) {
	data, err := os.ReadFile(proofFile)
	if err != nil {
		return "", err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return "", err
	}
	head := bytes.SplitN(data, []byte("\n\n"), 2)
	if len(head) != 2 {
		return "", fmt.Errorf("proof: no checkpoint")
	}
	index, proof, err := parseHead(string(head[0]))
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(vkey, head[1])
	if err != nil {
		return "", err
	}
	leaf := tlog.RecordHash(entry)
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
		return "", fmt.Errorf("proof of entry %d: %v", index, err)
	}
	return verdict(tree), nil
}

func parseHead(head string) (int64, tlog.RecordProof, error) {
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, nil, fmt.Errorf("proof: unknown version %q", lines[0])
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return 0, nil, fmt.Errorf("proof: no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return 0, nil, fmt.Errorf("proof: %v", err)
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := parseHash(line)
		if err != nil {
			return 0, nil, fmt.Errorf("proof: %v", err)
		}
		proof = append(proof, hash)
	}
	return index, proof, nil
}

// Command ledger-notes reads notes, keys and proofs with Go's own packages and says what it makes of them. It takes one
// JSON document on standard input and gives one on standard output.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type toOpen struct {
	Note string
	Keys []string
}

type opened struct {
	Text       string `json:"text"`
	Verified   int    `json:"verified"`
	Unverified int    `json:"unverified"`
	Error      string `json:"error"`
}

type toSign struct {
	Text    string
	Signers []string
}

type toCheck struct {
	Size, Other int64
	Root, Hash  tlog.Hash
	Proof       []tlog.Hash
}

type question struct {
	Open    []toOpen
	Sign    []toSign
	KeyName string
	Leaves  int64
	// Other is the leaf's index, Hash the leaf's.
	Records []toCheck
	// Other is the older tree's size, Hash its root.
	Trees []toCheck
	// The text of a checkpoint of this one origin is all that the package reads.
	Checkpoint string
}

type answer struct {
	Opened    []opened `json:"opened"`
	Signed    []string `json:"signed"`
	SignerKey string   `json:"signerKey"`
	VerKey    string   `json:"verifierKey"`
	// Roots of the trees of 1 to Leaves leaves, `leaf 0` and so on.
	Roots []tlog.Hash `json:"roots"`
	// By size less one, then by index or older size less one.
	RecordProofs [][]tlog.RecordProof `json:"recordProofs"`
	TreeProofs   [][]tlog.TreeProof   `json:"treeProofs"`
	// Empty where the proof is good.
	RecordErrors []string   `json:"recordErrors"`
	TreeErrors   []string   `json:"treeErrors"`
	Checkpoint   *tlog.Tree `json:"checkpoint"`
	Formatted    string     `json:"formatted"`
}

func main() {
	var asked question
	must(json.NewDecoder(os.Stdin).Decode(&asked))
	var told answer
	for _, one := range asked.Open {
		told.Opened = append(told.Opened, open(one))
	}
	for _, one := range asked.Sign {
		told.Signed = append(told.Signed, sign(one))
	}
	var err error
	told.SignerKey, told.VerKey, err = note.GenerateKey(rand.Reader, asked.KeyName)
	must(err)
	grow(asked.Leaves, &told)
	for _, one := range asked.Records {
		told.RecordErrors = append(told.RecordErrors, text(tlog.CheckRecord(one.Proof, one.Size, one.Root, one.Other, one.Hash)))
	}
	for _, one := range asked.Trees {
		told.TreeErrors = append(told.TreeErrors, text(tlog.CheckTree(one.Proof, one.Size, one.Root, one.Other, one.Hash)))
	}
	tree, err := tlog.ParseTree([]byte(asked.Checkpoint))
	must(err)
	told.Checkpoint = &tree
	told.Formatted = string(tlog.FormatTree(tree))
	var out bytes.Buffer
	must(json.NewEncoder(&out).Encode(told))
	_, err = os.Stdout.Write(out.Bytes())
	must(err)
}

func open(one toOpen) opened {
	var known []note.Verifier
	for _, key := range one.Keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return opened{Error: err.Error()}
		}
		known = append(known, verifier)
	}
	found, err := note.Open([]byte(one.Note), note.VerifierList(known...))
	if err != nil {
		return opened{Error: err.Error()}
	}
	return opened{Text: found.Text, Verified: len(found.Sigs), Unverified: len(found.UnverifiedSigs)}
}

func sign(one toSign) string {
	var signers []note.Signer
	for _, key := range one.Signers {
		signer, err := note.NewSigner(key)
		must(err)
		signers = append(signers, signer)
	}
	signed, err := note.Sign(&note.Note{Text: one.Text}, signers...)
	must(err)
	return string(signed)
}

func grow(leaves int64, told *answer) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	for index := int64(0); index < leaves; index++ {
		hashes, err := tlog.StoredHashes(index, []byte(fmt.Sprintf("leaf %d", index)), reader)
		must(err)
		stored = append(stored, hashes...)
		size := index + 1
		root, err := tlog.TreeHash(size, reader)
		must(err)
		told.Roots = append(told.Roots, root)
		var records []tlog.RecordProof
		var trees []tlog.TreeProof
		for part := int64(0); part < size; part++ {
			record, err := tlog.ProveRecord(size, part, reader)
			must(err)
			tree, err := tlog.ProveTree(size, part+1, reader)
			must(err)
			records, trees = append(records, record), append(trees, tree)
		}
		told.RecordProofs, told.TreeProofs = append(told.RecordProofs, records), append(told.TreeProofs, trees)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

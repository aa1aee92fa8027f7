"""The X.509 profile and what its SVIDs and bundles must be."""
import datetime
import re

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

SPIFFE_ID = re.compile(r"spiffe://([a-z0-9._-]{1,255})((/[A-Za-z0-9._-]+)*)\Z")


def split(der):
    """Certificates that stand one after the other in DER."""
    certificates = []
    while der:
        assert der[0] == 0x30, "not a sequence of DER certificates"
        length = der[1]
        head = 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(der[2:2 + count], "big")
            head += count
        certificates.append(x509.load_der_x509_certificate(der[:head + length]))
        der = der[head + length:]
    return certificates


def uris(certificate):
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def check_id(text, with_path=True):
    assert len(text.encode()) <= 2048, "longer than 2048 bytes"
    match = SPIFFE_ID.match(text)
    assert match, f"{text!r} is not a SPIFFE ID"
    segments = match.group(2).split("/")[1:]
    assert "." not in segments and ".." not in segments, f"{text!r} has a dot segment"
    assert bool(segments) == with_path, f"{text!r}"
    return match.group(1)


def verify_signature(child, issuer):
    key = issuer.public_key()
    data, signature = child.tbs_certificate_bytes, child.signature
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(child.signature_hash_algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), child.signature_hash_algorithm)
    else:
        key.verify(signature, data)


def key_usage(certificate):
    return certificate.extensions.get_extension_for_class(x509.KeyUsage)


def register(suite, Skip):
    def check(name, section, should=False):
        return suite.check(name, section, should, "x509")

    def chains(context):
        return [(svid, split(svid.x509_svid)) for svid in context.x509.svids]

    @check("there is at least one SVID and every field is set", "API 5.2.1")
    def _(context):
        assert context.x509.svids
        for svid in context.x509.svids:
            assert svid.spiffe_id and svid.x509_svid and svid.x509_svid_key and svid.bundle

    @check("hints are unique in a message", "API 5.2.1")
    def _(context):
        hints = [svid.hint for svid in context.x509.svids if svid.hint]
        assert len(hints) == len(set(hints)), hints
        assert all(len(hint.encode()) <= 1024 for hint in hints)

    @check("spiffe_id is a workload's SPIFFE ID", "ID 2")
    def _(context):
        for svid in context.x509.svids:
            check_id(svid.spiffe_id)

    @check("the key is PKCS#8 DER, not encrypted, and the leaf's", "API 5.2.1")
    def _(context):
        for svid, chain in chains(context):
            key = serialization.load_der_private_key(svid.x509_svid_key, password=None)
            again = key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption())
            assert again[:2] == svid.x509_svid_key[:2]
            spki = serialization.PublicFormat.SubjectPublicKeyInfo
            der = serialization.Encoding.DER
            assert key.public_key().public_bytes(der, spki) == \
                chain[0].public_key().public_bytes(der, spki)

    @check("the leaf has exactly one URI name, the SPIFFE ID", "X509 2")
    def _(context):
        for svid, chain in chains(context):
            assert uris(chain[0]) == [svid.spiffe_id], uris(chain[0])

    @check("names are critical where the subject is empty", "X509 3.1")
    def _(context):
        for _, chain in chains(context):
            names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
            assert len(list(chain[0].subject)) > 0 or names.critical

    @check("the leaf is no CA", "X509 4.1")
    def _(context):
        for _, chain in chains(context):
            try:
                constraints = chain[0].extensions.get_extension_for_class(x509.BasicConstraints)
                assert not constraints.value.ca
            except x509.ExtensionNotFound:
                pass

    @check("the leaf's key usage is critical: digitalSignature, no signing of certificates",
           "X509 4.3")
    def _(context):
        for _, chain in chains(context):
            usage = key_usage(chain[0])
            assert usage.critical and usage.value.digital_signature
            assert not usage.value.key_cert_sign and not usage.value.crl_sign

    @check("extended key usage, if there, has both TLS roles", "X509 4.4")
    def _(context):
        for _, chain in chains(context):
            try:
                usage = chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            except x509.ExtensionNotFound:
                continue
            assert ExtendedKeyUsageOID.SERVER_AUTH in usage
            assert ExtendedKeyUsageOID.CLIENT_AUTH in usage

    @check("extended key usage is there", "X509 4.4", should=True)
    def _(context):
        for _, chain in chains(context):
            chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage)

    @check("issuers are CAs with keyCertSign, and name no workload", "X509 3.2")
    def _(context):
        for svid, chain in chains(context):
            domain = check_id(svid.spiffe_id)
            for issuer in chain[1:] + split(svid.bundle):
                constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
                assert constraints.value.ca
                usage = key_usage(issuer)
                assert usage.critical and usage.value.key_cert_sign
                for uri in uris(issuer):
                    assert check_id(uri, with_path=False) == domain, uri

    @check("the chain leads to the bundle, leaf first", "API 5.2.1")
    def _(context):
        for svid, chain in chains(context):
            for child, issuer in zip(chain, chain[1:]):
                assert child.issuer == issuer.subject
                verify_signature(child, issuer)
            last = chain[-1]
            anchors = [a for a in split(svid.bundle) if a.subject == last.issuer]
            assert anchors, "no anchor of the bundle issued the chain's end"
            for anchor in anchors:
                try:
                    verify_signature(last, anchor)
                    break
                except Exception:  # the next anchor of the same name
                    continue
            else:
                raise AssertionError("no anchor's key signed the chain's end")

    @check("every certificate of the chain is valid now", "X509 5.1")
    def _(context):
        now = datetime.datetime.now(datetime.timezone.utc)
        for _, chain in chains(context):
            for certificate in chain:
                assert certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc

    @check("an SVID does not outlive its issuers", "X509 5.1", should=True)
    def _(context):
        for _, chain in chains(context):
            for child, issuer in zip(chain, chain[1:]):
                assert child.not_valid_after_utc <= issuer.not_valid_after_utc

    @check("federated bundles are named by trust domain IDs and do not repeat our own", "API 5.2.1")
    def _(context):
        own = {check_id(svid.spiffe_id) for svid in context.x509.svids}
        for name, der in context.x509.federated_bundles.items():
            assert check_id(name, with_path=False) not in own
            assert split(der)

    @check("the bundles hold our own trust domain's", "API 5.2.2")
    def _(context):
        bundles = context.x509_bundles.bundles
        for svid in context.x509.svids:
            name = "spiffe://" + check_id(svid.spiffe_id)
            assert name in bundles, f"{name} is not among {list(bundles)}"
            assert bundles[name] == svid.bundle

    @check("each bundle is DER of CA certificates of one trust domain", "Bundle 4.1")
    def _(context):
        for name, der in context.x509_bundles.bundles.items():
            domain = check_id(name, with_path=False)
            for anchor in split(der):
                for uri in uris(anchor):
                    assert check_id(uri, with_path=False) == domain

    @check("a new call gives the same default identity", "API 8")
    def _(context):
        first = context.x509.svids[0].spiffe_id
        for _ in range(3):
            assert context.client.x509().svids[0].spiffe_id == first

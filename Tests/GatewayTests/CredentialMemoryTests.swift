import Crypto
import Policy
import Testing

@testable import Gateway

@Suite struct CredentialMemoryTests {
    private func digest(_ number: Int) -> SHA256Digest {
        SHA256.hash(data: Array("\(number)".utf8))
    }

    private func proof(_ number: Int, generation: UInt64 = 1) -> CredentialMemory.Proof {
        CredentialMemory.Proof(
            principal: Principal(kind: .user, id: "\(number)", authentication: .jwt),
            validUntilNanoseconds: 1_000, generation: generation, seal: .none)
    }

    @Test func forgetsTheOldestOfTooMany() {
        let memory = CredentialMemory(countMax: 3)
        for number in 0..<4 { memory.keep(proof(number), of: digest(number)) }
        let known = (0..<4).map { memory.proof(of: digest($0), 1, 0)?.principal.id }
        #expect(known == [nil, "1", "2", "3"])
    }

    @Test func keepingOneAgainTakesNoPlaceOfOthers() {
        let memory = CredentialMemory(countMax: 2)
        memory.keep(proof(0), of: digest(0))
        for generation in 1...5 as ClosedRange<UInt64> {
            memory.keep(proof(1, generation: generation), of: digest(1))
        }
        #expect(memory.proof(of: digest(0), 1, 0) != nil)
        #expect(memory.proof(of: digest(1), 5, 0) != nil)
    }

    @Test func aProofEndsWithItsTimeAndItsGeneration() {
        let memory = CredentialMemory(countMax: 2)
        memory.keep(proof(0), of: digest(0))
        #expect(memory.proof(of: digest(0), 1, 999) != nil)
        #expect(memory.proof(of: digest(0), 1, 1_000) == nil)
        #expect(memory.proof(of: digest(0), 2, 0) == nil)
    }
}

using System.Security.Cryptography;

namespace Elman.Tests.Files;

public sealed class Sha256Tests
{
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void The_examples_of_the_standard(string text, string digest) =>
        Assert.Equal(digest, Convert.ToHexStringLower(Sha256.Of(System.Text.Encoding.ASCII.GetBytes(text))));

    [Fact]
    public void The_digest_of_every_length_in_pieces_is_that_of_the_system()
    {
        byte[] bytes = new byte[300];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            byte[] expected = SHA256.HashData(bytes.AsSpan(0, length));
            Assert.Equal(expected, Sha256.Of(bytes.AsSpan(0, length)));
            for (int piece = 1; piece < 140; piece += 23)
            {
                using Sha256 hash = new();
                for (int at = 0; at < length; at += piece) hash.Write(bytes.AsSpan(at, Math.Min(piece, length - at)));
                Assert.Equal(expected, hash.Finish());
            }
        }
    }

    /// <summary>What the library needs of a system's cryptography it may not have: nothing of it may be called.</summary>
    [Fact]
    public void The_library_refers_to_no_cryptography_of_the_system()
    {
        foreach (string path in Directory.GetFiles(AppContext.BaseDirectory, "Elman*.dll").Where(path => !path.Contains("Tests", StringComparison.Ordinal)))
            Assert.DoesNotContain(System.Reflection.Assembly.LoadFrom(path).GetReferencedAssemblies(), name => name.Name!.Contains("Cryptography", StringComparison.Ordinal));
    }
}

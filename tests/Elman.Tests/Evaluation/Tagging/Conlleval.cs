namespace Elman.Tests.Evaluation.Tagging;

/// <summary>
/// Counts spans as the script of the shared task of CoNLL-2000 does: word by word, with its rules of when a chunk ends and when one begins,
/// and those for E and S that its successors have added.
/// Written from its description, plainly, to be compared with.
/// </summary>
internal sealed class Conlleval
{
    public SortedDictionary<string, int> Gold { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, int> Guessed { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, int> Correct { get; } = new(StringComparer.Ordinal);

    public int Tokens { get; private set; }

    public int CorrectTokens { get; private set; }

    public void Sentence(string[] gold, string[] guess)
    {
        (string Tag, string Type) lastGold = ("O", ""), lastGuess = ("O", "");
        string? inCorrect = null;
        for (int i = 0; i <= gold.Length; i++)
        {
            (string Tag, string Type) now = i < gold.Length ? Split(gold[i]) : ("O", ""), nowGuess = i < gold.Length ? Split(guess[i]) : ("O", "");
            bool goldEnds = Ends(lastGold, now), guessEnds = Ends(lastGuess, nowGuess), goldStarts = Starts(lastGold, now), guessStarts = Starts(lastGuess, nowGuess);
            if (inCorrect is not null)
            {
                if (goldEnds && guessEnds && lastGold.Type == lastGuess.Type)
                {
                    Count(Correct, inCorrect);
                    inCorrect = null;
                }
                else if (goldEnds != guessEnds || now.Type != nowGuess.Type) inCorrect = null;
            }
            if (goldStarts && guessStarts && now.Type == nowGuess.Type) inCorrect = now.Type;
            if (goldStarts) Count(Gold, now.Type);
            if (guessStarts) Count(Guessed, nowGuess.Type);
            if (i < gold.Length)
            {
                Tokens++;
                if (now == nowGuess) CorrectTokens++;
            }
            (lastGold, lastGuess) = (now, nowGuess);
        }
    }

    private static void Count(SortedDictionary<string, int> counts, string type) => counts[type] = counts.GetValueOrDefault(type) + 1;

    private static (string Tag, string Type) Split(string tag)
    {
        string[] parts = tag.Split('-', 2);
        return (parts[0], parts.Length > 1 ? parts[1] : "");
    }

    private static bool Ends((string Tag, string Type) before, (string Tag, string Type) now)
    {
        bool ends = false;
        if (before.Tag == "B" && now.Tag == "B") ends = true;
        if (before.Tag == "B" && now.Tag == "S") ends = true;
        if (before.Tag == "B" && now.Tag == "O") ends = true;
        if (before.Tag == "I" && now.Tag == "B") ends = true;
        if (before.Tag == "I" && now.Tag == "S") ends = true;
        if (before.Tag == "I" && now.Tag == "O") ends = true;
        if (before.Tag == "E") ends = true;
        if (before.Tag == "S") ends = true;
        if (before.Tag != "O" && before.Type != now.Type) ends = true;
        return ends;
    }

    private static bool Starts((string Tag, string Type) before, (string Tag, string Type) now)
    {
        bool starts = false;
        if (now.Tag == "B") starts = true;
        if (now.Tag == "S") starts = true;
        if (before.Tag == "E" && now.Tag == "E") starts = true;
        if (before.Tag == "E" && now.Tag == "I") starts = true;
        if (before.Tag == "S" && now.Tag == "E") starts = true;
        if (before.Tag == "S" && now.Tag == "I") starts = true;
        if (before.Tag == "O" && now.Tag == "E") starts = true;
        if (before.Tag == "O" && now.Tag == "I") starts = true;
        if (now.Tag != "O" && before.Type != now.Type) starts = true;
        return starts;
    }
}

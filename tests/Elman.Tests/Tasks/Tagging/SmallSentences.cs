namespace Elman.Tests.Tasks.Tagging;

/// <summary>
/// Sentences of a small grammar: where to, when, and what for. A city is a goal or a start by the word before it, which no word tells by
/// itself.
/// </summary>
internal static class SmallSentences
{
    private static readonly string[] Cities = ["Paris", "New York", "Basel", "Rio de Janeiro", "Oslo", "San Jose"], Days = ["monday", "friday", "next week", "today"];

    public static readonly TaggerOptions Quick = new()
    {
        WordSize = 16,
        MinCount = 1,
        CharacterSize = 8,
        InputDropout = 0.1f,
        Encoder = new TaggerOptions().Encoder with { Hidden = 16, Dropout = 0.1f },
        HeldOut = new HeldOut { TestShare = 0.2, ValidationShare = 0.1, Refit = "off" },
        Training = new TrainingRecipe { LearningRate = 0.02, BatchSize = 16, Epochs = 1, Patience = null },
    };

    public static TaggedSentence[] Make(int count, ulong seed, TagScheme scheme = TagScheme.Bio)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Sentence(random, scheme))];
    }

    private static TaggedSentence Sentence(RandomStream random, TagScheme scheme)
    {
        List<string> words = [], tags = [];
        void Say(string text, string? type = null)
        {
            foreach ((string word, int at) in text.Split(' ').Select((word, at) => (word, at)))
            {
                words.Add(word);
                tags.Add(type is null ? "O" : $"{(at == 0 ? "B" : "I")}-{type}");
            }
        }
        bool flies = random.NextInt(2) == 0;
        Say(flies ? "fly me" : "how is the weather");
        if (flies && random.NextInt(2) == 0)
        {
            Say("from");
            Say(Cities[random.NextInt(Cities.Length)], "start");
        }
        Say(flies ? "to" : "in");
        Say(Cities[random.NextInt(Cities.Length)], flies ? "goal" : "place");
        if (random.NextInt(2) == 0) Say(Days[random.NextInt(Days.Length)], "day");
        return new TaggedSentence(words, scheme == TagScheme.Bio ? tags : TagSchemes.Convert(tags, scheme), flies ? "flight" : "weather");
    }
}

namespace Elman; internal static class Placeholder;

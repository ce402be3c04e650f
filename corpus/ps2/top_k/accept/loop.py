def top_k(probs, labels, k=5) -> list[tuple[str, float]]:
    order = sorted(range(len(labels)), key=lambda i: -probs[0][i])
    best = []
    for position in range(k):
        index = order[position]
        best.append((labels[index], probs[0][index].item()))
    return best
